import type { tf } from '../tensor/tf.js';
import { weightedL1 } from './weighted-l1.js';

const strong = [21, 22, 37, 38, 65, 66, 67, 68, 72, 73, 90, 91];
const firm = [24, 30, 40, 46];
/** The run's 105 weights (model-facts §0.3). */
export const denseWeights = Array.from({ length: 105 }, (_, i) =>
  strong.includes(i) ? 3 : firm.includes(i) ? 2 : 1.5,
);

/** Weighted L1 on the 105 mediapipe points: predicted [B,105,>=2], target [B,105,3] -> scalar (model-facts §0.3). */
export function landmarkDenseLoss(predicted: tf.Tensor, target: tf.Tensor): tf.Scalar {
  return weightedL1(predicted, target, denseWeights);
}
