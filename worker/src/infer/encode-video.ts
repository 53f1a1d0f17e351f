import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import { AuseqError } from '@auseq/proto/errors';
import { findFfmpeg } from '../data/ffmpeg-program.js';
import { makeWhole } from './write-whole.js';

const run = promisify(execFile);
/** The first one that the ffmpeg at hand has: not every build may use the better encoder. */
const encoders = [
  ['-c:v', 'libx264', '-crf', '18', '-preset', 'veryfast'],
  ['-c:v', 'mpeg4', '-q:v', '3'],
];

/** Makes an mp4 of pictures numbered from 000001 (`pattern` in ffmpeg's way). Throws AU_SETUP without ffmpeg or encoder. */
export async function encodeVideo(pattern: string, fps: number, file: string, signal: AbortSignal): Promise<void> {
  const ffmpeg = findFfmpeg();
  await makeWhole(file, async (draft) => {
    let why = '';
    for (const encoder of encoders) {
      const input = ['-nostdin', '-v', 'error', '-y', '-framerate', String(fps), '-start_number', '1', '-i', pattern];
      const output = [...encoder, '-pix_fmt', 'yuv420p', '-movflags', '+faststart', draft];
      try {
        await run(ffmpeg, [...input, ...output], { signal, killSignal: 'SIGKILL' });
        return;
      } catch (error) {
        signal.throwIfAborted();
        why = (error instanceof Error ? error.message : String(error)).trim().split('\n').at(-1) ?? '';
      }
    }
    throw new AuseqError('AU_SETUP', {
      what: `ffmpeg could not write ${file}`,
      why,
      try: 'see whether the disk is full, or install an ffmpeg with libx264 or mpeg4',
    });
  });
}
