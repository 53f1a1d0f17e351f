import type { WeightMap } from '../assets/types.js';

/** The 27 main AUs in the network's order (model-facts §4.2). */
export const mainAus = [
  1, 2, 4, 5, 6, 7, 9, 10, 11, 12, 13, 14, 15, 16, 17, 18, 19, 20, 22, 23, 24, 25, 26, 27, 32, 38, 39,
] as const;
/** Positions of the main AUs whose left and right sides have scores of their own (model-facts §4.1 step 7). */
const sidedPositions = [0, 1, 2, 4, 7, 8, 11] as const;

export interface AuScorer {
  /** `classifier`: the network's own scores; `similarity`: how alike the AU vectors are to those of the clip's first seen frame. */
  readonly method: 'classifier' | 'similarity';
  readonly columns: readonly string[];
  /** Scores from vectors [27,A] of a frame; `reference` are those of the first seen frame. */
  score(afn: Float32Array, reference: Float32Array): Float32Array;
}

/**
 * Scores of one frame. With `head.main_sc` among the AU network's weights a score is the cosine of the rectified class vector and the
 * rectified AU vector, 0..1 (model-facts §4.1 step 5), 27 of them, and 14 more of the left and right sides with `head.sub_sc`; they read
 * the vectors of AFG directly, without the graph after it. Stand-ins have no classifier: then a score is the cosine of the AU's
 * vector with the same AU's in the clip's first seen frame (1 = as there), which tells that an AU's region changed, not which AU is active.
 */
export function createAuScorer(weights: WeightMap): AuScorer {
  const main = weights.get('head.main_sc');
  const sub = weights.get('head.sub_sc');
  const names = mainAus.map((au) => `AU${au}`);
  const count = mainAus.length;
  const vector = (values: Float32Array, index: number) => {
    const width = values.length / count;
    return values.subarray(index * width, (index + 1) * width);
  };
  if (!main) {
    return {
      method: 'similarity',
      columns: names,
      score: (afn, reference) =>
        Float32Array.from({ length: count }, (_, au) => cosine(vector(afn, au), vector(reference, au))),
    };
  }
  const sides = sub ? sidedPositions.flatMap((au) => [au, au]) : [];
  const sided = sides.map((au, i) => `AU${mainAus[au]}${i % 2 === 0 ? 'L' : 'R'}`);
  return {
    method: 'classifier',
    columns: [...names, ...sided],
    score(afn) {
      const width = afn.length / count;
      const row = (data: ArrayLike<number>, index: number) =>
        Float32Array.from({ length: width }, (_, i) => Math.max(0, data[index * width + i]!));
      const feature = (au: number) => vector(afn, au).map((value) => Math.max(0, value));
      const mains = mainAus.map((_, au) => cosine(row(main.data, au), feature(au)));
      return Float32Array.from([...mains, ...sides.map((au, i) => cosine(row(sub!.data, i), feature(au)))]);
    },
  };
}

/** 0 where one of them has no length. */
function cosine(a: Float32Array, b: Float32Array): number {
  let [dot, aa, bb] = [0, 0, 0];
  for (let i = 0; i < a.length; i++) {
    dot += a[i]! * b[i]!;
    aa += a[i]! ** 2;
    bb += b[i]! ** 2;
  }
  return aa > 0 && bb > 0 ? dot / Math.sqrt(aa * bb) : 0;
}
