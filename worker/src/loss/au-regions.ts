import { browRuns, denseIndices, lidRuns, lipRuns, noseRun } from '../assets/standin/dense-indices.js';
import { tf } from '../tensor/tf.js';

/** A set of dense points and the AU scores (positions in the 41) that fire it. */
export interface AuRegion {
  readonly name: string;
  readonly scores: readonly number[];
  /** Positions in the 105 dense points. */
  readonly points: readonly number[];
}

/** Positions in the 105 of points given by their mediapipe index; the order of the 105 is that of the embedding (model-facts §1.4). */
export function densePositions(indices: readonly number[]): number[] {
  return [...new Set(indices)].map((index) => denseIndices.indexOf(index));
}

type Run = readonly number[];
const sides = ['left', 'right'] as const;
const brows = (cut: (run: Run) => Run) =>
  sides.flatMap((side) => [...cut(browRuns[side].upper), ...cut(browRuns[side].lower)]);
// Runs go from the outer corner inwards.
const outer = (run: Run) => run.slice(0, 2);
const inner = (run: Run) => run.slice(-2);
const lids = (lid: 'upper' | 'lower') => sides.flatMap((side) => lidRuns[side][lid]);
const corners = ['outer', 'inner'] as const;
const lips = corners.flatMap((ring) => [...lipRuns[ring].upper, ...lipRuns[ring].lower]);

const region = (name: string, scores: readonly number[], indices: readonly number[]): AuRegion => ({
  ...{ name, scores },
  points: densePositions(indices),
});

/** Which scores fire which part of the face: positions by model-facts §0.3; the points of the parts are ours, by anatomy. */
export const auRegions: readonly AuRegion[] = [
  region(
    'brow',
    [2, 31, 32],
    brows((run) => run),
  ),
  region('inner brow', [0, 27, 28], brows(inner)),
  region('outer brow', [1, 29, 30], brows(outer)),
  region('lower lid', [3], lids('lower')),
  region('upper lid', [4, 33, 34], lids('upper')),
  region('eye', [5], [...lids('upper'), ...lids('lower')]),
  region('nose', [6, 8, 25, 26, 37, 38], noseRun),
  region('upper lip', [7, 8, 35, 36, 37, 38], [...lipRuns.outer.upper, ...lipRuns.inner.upper]),
  region(
    'lip corner',
    [9, 10, 11, 12, 13, 39, 40],
    corners.flatMap((ring) => [lipRuns[ring].upper[0], lipRuns[ring].upper.at(-1)!]),
  ),
  region('mouth', [14, 15, 16, 17, 18, 19, 20, 21, 22, 23, 24], lips),
];

/** The outer ring of the lips among the 105. */
export const outerLip: readonly number[] = densePositions([...lipRuns.outer.upper, ...lipRuns.outer.lower]);

/** From this score on an AU counts as seen (model-facts §0.3). */
const seen = 0.5;

/** Scores [B,41] -> [B,regions], 1 where any score of the region is at least 0.5; without a gradient. */
export function firedRegions(
  scores: tf.Tensor,
  regions: readonly { readonly scores: readonly number[] }[],
): tf.Tensor2D {
  const rows = regions.map((one) => tf.gather(scores, tf.tensor1d([...one.scores], 'int32'), 1).max(1));
  return tf.stack(rows, 1).greaterEqual(seen).cast('float32') as tf.Tensor2D;
}
