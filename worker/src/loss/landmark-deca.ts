import type { tf } from '../tensor/tf.js';
import { weightedL1 } from './weighted-l1.js';

/** DECA's weights of the 51 inner points: nose 1.5, its corners 3; mouth 1.5, its corners 3; the rest 1 (model-facts §2.5). */
function weightOf(point: number): number {
  if (point < 17) return 0;
  if ([30, 31, 35, 48, 54].includes(point)) return 3;
  return (point >= 27 && point <= 35) || point >= 48 ? 1.5 : 1;
}

const weights = Array.from({ length: 68 }, (_, point) => weightOf(point));

/** Weighted L1 on the 51 inner points of the 68: brows, nose, eyes, mouth. Shapes as `landmarkLoss`. */
export function landmarkDecaLoss(predicted: tf.Tensor, target: tf.Tensor): tf.Scalar {
  return weightedL1(predicted, target, weights);
}
