import { tf } from '../tensor/tf.js';
import { densePositions, firedRegions } from './au-regions.js';
import { pairDistances } from './distances.js';

type Pair = readonly [number, number];

/** Distances that the AUs of a set change. */
interface DistanceSet {
  /** Positions in the 41 scores. */
  readonly scores: readonly number[];
  /** Positions in the 105 dense points. */
  readonly pairs: readonly Pair[];
}

const set = (scores: readonly number[], ...pairs: readonly Pair[]): DistanceSet => ({
  scores,
  pairs: pairs.map((pair) => densePositions(pair) as unknown as Pair),
});

/**
 * Twelve sets (model-facts §0.3 names their number; which distances they hold is our choice, by what an AU moves). Pairs
 * are mediapipe indices, the person's right side first.
 */
export const distanceSets: readonly DistanceSet[] = [
  set([0, 27, 28], [55, 133], [285, 362]), // inner brow against the inner eye corner
  set([1, 29, 30], [46, 33], [276, 263]), // outer brow against the outer eye corner
  set([2, 31, 32], [107, 336], [52, 159], [282, 386]), // between the brows; brow against the lid
  set([3], [159, 145], [386, 374]), // opening of the eye
  set([4, 33, 34], [161, 163], [388, 390]), // its outer part
  set([5], [160, 144], [158, 153], [385, 380], [387, 373]), // both its parts
  set([6, 25, 26], [129, 358], [98, 327]), // wings of the nose
  set([7, 8, 35, 36, 37, 38], [2, 0], [98, 37], [327, 267]), // nose against the upper lip
  set([9, 10, 11, 12, 39, 40], [61, 291], [61, 129], [291, 358]), // mouth corners apart, and against the nose
  set([21, 22, 23], [13, 14], [82, 87], [312, 317]), // opening of the mouth
  set([15, 16, 17, 18], [78, 308], [61, 291]), // width of the mouth
  set([13, 14, 19, 20, 24], [0, 13], [14, 17]), // thickness of the lips
];

/**
 * Mean difference of the distances of each set whose AUs the real picture shows, averaged over all twelve sets and over
 * sequences. Points [B,105,>=2], scores [B,41] of the real picture.
 */
export function auDistanceLoss(predicted: tf.Tensor, target: tf.Tensor, scores: tf.Tensor): tf.Scalar {
  const misses = distanceSets.map(({ pairs }) =>
    pairDistances(predicted, pairs).sub(pairDistances(target, pairs)).abs().mean(1),
  );
  return tf.stack(misses, 1).mul(firedRegions(scores, distanceSets)).mean() as tf.Scalar;
}
