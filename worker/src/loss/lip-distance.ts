import type { tf } from '../tensor/tf.js';
import { pairDistances } from './distances.js';

/**
 * Opposite points of the upper and lower lip, outer ring then inner ring, and the two pairs of mouth corners, as positions in the
 * 105 dense points. The first pair is 65-68, both on the lips (model-facts §0.7 slip 10).
 */
const pairs: readonly (readonly [number, number])[] = [
  [65, 68],
  [69, 77],
  [70, 84],
  [71, 80],
  [85, 82],
  [87, 95],
  [88, 102],
  [89, 98],
  [103, 100],
  [66, 67],
  [76, 78],
  [75, 83],
  [74, 79],
  [86, 81],
  [94, 96],
  [93, 101],
  [92, 97],
  [104, 99],
  [72, 90],
  [73, 91],
];

/** As the legacy list has it: the first pair ends on the nose (slip 10). */
const legacyPairs = [[65, 61] as const, ...pairs.slice(1)];

/** Mean difference of the 20 lip distances; [B,105,>=2] each -> scalar (model-facts §0.3). */
export function lipDistanceLoss(predicted: tf.Tensor, target: tf.Tensor, pair61 = false): tf.Scalar {
  const list = pair61 ? legacyPairs : pairs;
  return pairDistances(predicted, list).sub(pairDistances(target, list)).abs().mean() as tf.Scalar;
}
