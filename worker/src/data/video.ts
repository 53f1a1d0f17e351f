import { type ChildProcessByStdio, spawn } from 'node:child_process';
import { once } from 'node:events';
import { stat } from 'node:fs/promises';
import type { Readable } from 'node:stream';
import { askProgram } from '@auseq/infra/runtime/ask-program';
import { AuseqError } from '@auseq/proto/errors';
import { findFfmpeg } from './ffmpeg-program.js';
import type { Frame } from './frame.js';
import { parseVideoInfo, type VideoInfo, workingSize } from './video-info.js';

/** A video that can be decoded again and again, always to the same frames. */
export interface Video {
  readonly path: string;
  readonly info: VideoInfo;
  /** Size of the frames: square pixels. */
  readonly width: number;
  readonly height: number;
  /** All frames in order; `onProblem` hears what the decoder complained about. */
  frames(signal?: AbortSignal, onProblem?: (text: string) => void): AsyncGenerator<Frame>;
}

/** No answer about a file, or no byte of a frame, for so long: ffmpeg hangs. */
const silenceMs = 60_000;

/** Opens a video file; throws AU_DATA_VIDEO for what is no video, AU_SETUP without ffmpeg. */
export async function openVideo(path: string): Promise<Video> {
  const ffmpeg = findFfmpeg();
  const found = await stat(path).catch((cause: unknown) => {
    throw badVideo(path, 'the file cannot be found', cause);
  });
  if (!found.isFile()) throw badVideo(path, 'it is no file');
  if (found.size === 0) throw badVideo(path, 'the file is empty');
  const { stderr } = await askProgram(ffmpeg, ['-nostdin', '-i', path], silenceMs);
  const info = parseVideoInfo(stderr);
  if (info === null) throw badVideo(path, `ffmpeg finds no video in it (${lastWords(stderr) || 'it said nothing'})`);
  const size = workingSize(info);
  const allFrames = passthrough(stderr);
  return {
    path,
    info,
    ...size,
    frames: (signal, onProblem) => decode(ffmpeg, path, size, allFrames, signal, onProblem),
  };
}

/** Frames as they are stored, none doubled for an even rate: the option was renamed in 2022 and the old name dropped later. */
function passthrough(banner: string): readonly string[] {
  const year = Number(/Copyright \(c\) 2000-(\d{4})/.exec(banner)?.[1] ?? 0);
  return year >= 2023 ? ['-fps_mode', 'passthrough'] : ['-vsync', '0'];
}

async function* decode(
  ffmpeg: string,
  path: string,
  { width, height }: { width: number; height: number },
  allFrames: readonly string[],
  signal: AbortSignal | undefined,
  onProblem: ((text: string) => void) | undefined,
): AsyncGenerator<Frame> {
  signal?.throwIfAborted();
  // Exact arithmetic and one thread: the same frames on every machine that has the same ffmpeg.
  const scale = `scale=${width}:${height}:flags=lanczos+accurate_rnd+full_chroma_int+bitexact`;
  const input = ['-nostdin', '-v', 'error', '-threads', '1', '-flags', 'bitexact', '-i', path, '-map', '0:v:0'];
  const output = [...allFrames, '-vf', scale, '-f', 'rawvideo', '-pix_fmt', 'rgb24', 'pipe:1'];
  const child = spawn(ffmpeg, [...input, ...output], { stdio: ['ignore', 'pipe', 'pipe'] });
  const closed = once(child, 'close').catch(() => {});
  let talk = '';
  child.stderr.setEncoding('utf8').on('data', (text: string) => {
    talk = (talk + text).slice(-4000);
  });
  try {
    yield* framesOf(child, width, height, signal);
    await closed;
    signal?.throwIfAborted();
    if (talk.trim() !== '') onProblem?.(lastWords(talk));
  } finally {
    if (child.exitCode === null) child.kill('SIGKILL');
    await closed;
  }
}

async function* framesOf(
  child: ChildProcessByStdio<null, Readable, Readable>,
  width: number,
  height: number,
  signal: AbortSignal | undefined,
): AsyncGenerator<Frame> {
  const size = width * height * 3;
  let data = new Uint8Array(size);
  let filled = 0;
  const hangs = new AbortController();
  const stop = signal ? AbortSignal.any([signal, hangs.signal]) : hangs.signal;
  const kill = () => child.kill('SIGKILL');
  stop.addEventListener('abort', kill, { once: true });
  let watch = setTimeout(() => hangs.abort(), silenceMs);
  try {
    for await (const chunk of child.stdout as AsyncIterable<Uint8Array>) {
      clearTimeout(watch);
      let used = 0;
      while (used < chunk.length) {
        const part = chunk.subarray(used, used + size - filled);
        data.set(part, filled);
        filled += part.length;
        used += part.length;
        if (filled < size) continue;
        yield { width, height, data };
        data = new Uint8Array(size);
        filled = 0;
      }
      watch = setTimeout(() => hangs.abort(), silenceMs);
    }
    signal?.throwIfAborted();
    if (hangs.signal.aborted)
      throw badVideo(child.spawnargs.join(' '), `ffmpeg gave nothing for ${silenceMs / 1000} s`);
  } finally {
    clearTimeout(watch);
    stop.removeEventListener('abort', kill);
  }
}

export function badVideo(path: string, why: string, cause?: unknown): AuseqError {
  const hint = 'check that a player shows it, then give another file or convert it with ffmpeg';
  return new AuseqError('AU_DATA_VIDEO', { what: `cannot use the video ${path}`, why, try: hint, cause });
}

/** A file that gave another number of frames than the time before: someone writes to it. */
export function otherFrameCount(path: string, first: number, now: number): AuseqError {
  return new AuseqError('AU_DATA_VIDEO', {
    what: `cannot use the video ${path}`,
    why: `it gave ${first} frames first and ${now} the second time`,
    try: 'make sure that nothing writes to it, then run again',
  });
}

function lastWords(text: string): string {
  const last = text.trim().split('\n').at(-1) ?? '';
  return last.trim().slice(0, 300);
}
