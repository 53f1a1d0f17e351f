import type { tf } from '../tensor/tf.js';
import { pairDistances } from './distances.js';

const pairs = [
  [57, 8],
  [51, 33],
  [48, 54],
  [60, 64],
  [61, 67],
  [62, 66],
  [63, 65],
] as const;

/** Mean difference of seven distances between points of the 68: chin, nose base, mouth width and opening (model-facts §0.3). */
export function relativeLandmarkLoss(predicted: tf.Tensor, target: tf.Tensor): tf.Scalar {
  return pairDistances(predicted, pairs).sub(pairDistances(target, pairs)).abs().mean() as tf.Scalar;
}
