import type { tf } from '../tensor/tf.js';
import { weightedL1 } from './weighted-l1.js';

/** The run's 68 weights: the contour only, its lower corners twice as much (model-facts §0.3). */
export const contourWeights = Array.from({ length: 68 }, (_, i) =>
  [5, 6, 10, 11].includes(i) ? 3 : i <= 16 ? 1.5 : 0,
);

/** Weighted L1 on the 68 points, contour only: predicted [B,68,>=2], target [B,68,3] with visibility -> scalar. */
export function landmarkLoss(predicted: tf.Tensor, target: tf.Tensor): tf.Scalar {
  return weightedL1(predicted, target, contourWeights);
}
