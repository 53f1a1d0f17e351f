import type { DatasetManifest, SampleLoader } from '../data/types.js';
import { noise } from '../testing/finite-difference.js';

/** Pixels of a side of its pictures. */
export const side = 64;
/** The only sequence of the data set. */
export const id = 'Aff-wild2/masks/clip_sequence/1';
const frames = Array.from({ length: 12 }, (_, i) => String(i));

/** A data set of one training sequence of twelve frames. */
export const manifest: DatasetManifest = {
  version: 1,
  imageSize: side,
  sequences: [{ id, source: 'affwild2', split: 'train', frames, sha256: 'x' }],
  skipped: [],
  hash: 'h',
};

/** Its coarse codes, a jaw that opens. */
export const coarse = {
  shape: noise(100, 2),
  cam: frames.map(() => Float32Array.of(8, 0, 0.02)),
  pose: frames.map((_, f) => Float32Array.of(0.1, 0.2, 0, 0.1 + 0.01 * f, 0, 0)),
};

/** Smooth pictures and points that move from frame to frame; `level` is what a decoder that rounds otherwise would change. */
export function samples(window: number, level = 0.5): SampleLoader {
  const points = (count: number, centre: number) =>
    Float32Array.from({ length: window * count * 3 }, (_, i) => (i % 3 === 2 ? 1 : 0.4 * Math.sin(i * 1.7 + centre)));
  return {
    prefetch() {},
    load: async (draw) => ({
      draw,
      contentHash: 'c',
      image: Float32Array.from(
        { length: window * 3 * side * side },
        (_, i) => level + 0.4 * Math.sin(i * 0.003 * (1 + draw.centre)),
      ),
      mask: new Float32Array(window * 3 * side * side).fill(1),
      landmark: points(68, draw.centre),
      landmarkDense: points(105, draw.centre),
      names: [],
    }),
    async close() {},
  };
}
