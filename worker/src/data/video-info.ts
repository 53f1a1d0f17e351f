/** What ffmpeg tells about a video file. */
export interface VideoInfo {
  /** Stored size, as it is shown after the file's own rotation. */
  readonly width: number;
  readonly height: number;
  /** Width of a stored pixel over its height. */
  readonly pixelAspect: number;
  readonly fps: number | null;
}

/** Reads the text of `ffmpeg -i FILE`; null where it names no video stream. */
export function parseVideoInfo(text: string): VideoInfo | null {
  const line = text.split('\n').find((one) => /Stream #.*: Video: /.test(one) && !/attached pic/.test(one));
  const size = /, (\d+)x(\d+)[, []/.exec(`${line ?? ''},`);
  if (!line || !size) return null;
  const [sar, top, bottom] = /\bSAR (\d+):(\d+)/.exec(line) ?? [];
  const aspect = sar === undefined || Number(top) === 0 || Number(bottom) === 0 ? 1 : Number(top) / Number(bottom);
  const fps = /([\d.]+) fps/.exec(line)?.[1];
  // ffmpeg turns the picture by itself; a quarter turn swaps the sides.
  const turn = /rotation of (-?[\d.]+) degrees/.exec(text)?.[1] ?? /rotate\s*:\s*(-?\d+)/.exec(text)?.[1] ?? '0';
  const swapped = Math.round(Math.abs(Number(turn)) / 90) % 2 === 1;
  const [width, height] = swapped ? [Number(size[2]), Number(size[1])] : [Number(size[1]), Number(size[2])];
  if (width === 0 || height === 0) return null;
  return {
    width,
    height,
    pixelAspect: swapped ? 1 / aspect : aspect,
    fps: fps === undefined ? null : Number(fps),
  };
}

/** Long side of the frames that faces are looked for in: small videos are enlarged, huge ones reduced. */
const shortestLongSide = 960;
const longestLongSide = 1920;

/** The size to decode at: square pixels (the sample aspect ratio honoured), even sides. */
export function workingSize({ width, height, pixelAspect }: VideoInfo): { width: number; height: number } {
  // The finer axis keeps its pixels, the other is stretched.
  const square = pixelAspect >= 1 ? [width * pixelAspect, height] : [width, height / pixelAspect];
  const long = Math.max(...square);
  const scale = Math.min(Math.max(long, shortestLongSide), longestLongSide) / long;
  const even = (side: number) => Math.max(2, 2 * Math.round((side * scale) / 2));
  return { width: even(square[0]!), height: even(square[1]!) };
}
