import { askProgram } from '@auseq/infra/runtime/ask-program';
import { AuseqError } from '@auseq/proto/errors';
import { findFfmpeg } from '../data/ffmpeg-program.js';
import { makeWhole } from './write-whole.js';

/** Long clips take minutes; more than this is a hang. */
const limitMs = 3_600_000;
/** The first one that the ffmpeg at hand has: not every build may use the better encoder. */
const encoders = [
  ['-c:v', 'libx264', '-crf', '18', '-preset', 'veryfast'],
  ['-c:v', 'mpeg4', '-q:v', '3'],
];

/** Makes an mp4 of pictures numbered from 000001 (`pattern` in ffmpeg's way). Throws AU_SETUP without ffmpeg or encoder. */
export async function encodeVideo(pattern: string, fps: number, file: string): Promise<void> {
  const ffmpeg = findFfmpeg();
  await makeWhole(file, async (draft) => {
    let why = '';
    for (const encoder of encoders) {
      const input = ['-nostdin', '-v', 'error', '-y', '-framerate', String(fps), '-start_number', '1', '-i', pattern];
      const output = [...encoder, '-pix_fmt', 'yuv420p', '-movflags', '+faststart', draft];
      const { code, stderr } = await askProgram(ffmpeg, [...input, ...output], limitMs);
      if (code === 0) return;
      why = stderr.trim().split('\n').at(-1) ?? '';
    }
    throw new AuseqError('AU_SETUP', {
      what: `ffmpeg could not write ${file}`,
      why,
      try: 'see whether the disk is full, or install an ffmpeg with libx264 or mpeg4',
    });
  });
}
