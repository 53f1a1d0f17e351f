import { AuseqError } from '@auseq/proto/errors';
import sharp from 'sharp';
import { maskValue } from './label-values.js';
import { decodeNpy, type NpyArray } from './npy.js';

/** RGB bytes [S,S,3] of a picture; another size is resized by Lanczos (legacy slip 4). Throws AU_DATA_SAMPLE. */
export async function decodeImage(bytes: Uint8Array, size: number, where: string): Promise<Uint8Array> {
  try {
    const picture = sharp(bytes, { failOn: 'error' }).removeAlpha().toColourspace('srgb');
    const { width, height } = await picture.metadata();
    const sized = width === size && height === size ? picture : picture.resize(size, size, { fit: 'fill' });
    return await sized.raw().toBuffer();
  } catch (cause) {
    const why = `the picture is damaged (${cause instanceof Error ? cause.message : String(cause)})`;
    throw badSample(where, why, cause);
  }
}

/** Points [count,3] as float32, checked. Throws AU_DATA_SAMPLE for a wrong shape or type, NaN, or a visibility beyond 0..1. */
export function decodePoints(bytes: Uint8Array, counts: readonly number[], where: string): Float32Array {
  const { shape, data } = decodeNpy(bytes, where);
  if (shape.length !== 2 || shape[1] !== 3 || !counts.includes(shape[0]!))
    throw badSample(where, `its shape is ${shape.join('x')}, not ${counts.join(' or ')}x3`);
  const points = Float32Array.from(data as Float32Array, Number);
  const bad = points.findIndex((value) => !Number.isFinite(value));
  if (bad >= 0) throw badSample(where, `point ${Math.floor(bad / 3)} is ${points[bad]}`);
  // Losses are divided by the sum of the visibilities: a depth in their place would turn them upside down.
  const odd = points.findIndex((value, i) => i % 3 === 2 && (value < 0 || value > 1));
  if (odd >= 0) throw badSample(where, `the visibility of point ${Math.floor(odd / 3)} is ${points[odd]}, not 0 to 1`);
  return points;
}

/** How a label map of another size than the picture becomes one: by nearest neighbour, or as the legacy code did (slip 4). */
export type MaskResize = 'nearest' | 'repeat';

/** A label map as mask values 0, 1, 2 [S,S]; another size is resized. Throws AU_DATA_SAMPLE. */
export function decodeMask(bytes: Uint8Array, size: number, where: string, resize: MaskResize = 'nearest'): Uint8Array {
  return maskOf(decodeNpy(bytes, where), size, where, resize);
}

export function maskOf(
  { shape, data }: NpyArray,
  size: number,
  where: string,
  resize: MaskResize = 'nearest',
): Uint8Array {
  const [height = 0, width = 0] = shape;
  if (shape.length !== 2 || height === 0 || width === 0)
    throw badSample(where, `its shape is ${shape.join('x')}, not a map of labels`);
  const values = new Uint8Array(size * size);
  // The map's values one after the other, from the start again where they end (model-facts §0.7 slip 4).
  if (resize === 'repeat') return values.map((_, i) => maskValue(Number(data[i % (width * height)])));
  for (let row = 0; row < size; row++) {
    const from = Math.floor(((row + 0.5) * height) / size) * width;
    for (let column = 0; column < size; column++) {
      const label = Number(data[from + Math.floor(((column + 0.5) * width) / size)]);
      values[row * size + column] = maskValue(label);
    }
  }
  return values;
}

export function badSample(where: string, why: string, cause?: unknown): AuseqError {
  return new AuseqError('AU_DATA_SAMPLE', {
    what: `cannot use ${where}`,
    why,
    try: 'auseq dataset inspect ROOT',
    cause,
  });
}
