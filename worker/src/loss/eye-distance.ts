import type { tf } from '../tensor/tf.js';
import { pairDistances } from './distances.js';

/** The two lid pairs and the corners of each eye, as positions in the 105 dense points (model-facts §0.3). */
const eyes = [
  { lids: [[23, 31] as const, [25, 29] as const], corners: [[21, 22] as const] },
  { lids: [[41, 45] as const, [39, 47] as const], corners: [[37, 38] as const] },
];

/** How far each eye is open: the two lid distances over twice the eye's width; [B,1] an eye. */
function openings(points: tf.Tensor): tf.Tensor[] {
  return eyes.map(({ lids, corners }) =>
    pairDistances(points, lids).sum(1, true).div(pairDistances(points, corners).mul(2)),
  );
}

/** Difference of the openings of both eyes, summed over the eyes, halved; [B,105,>=2] each -> scalar. */
export function eyeDistanceLoss(predicted: tf.Tensor, target: tf.Tensor): tf.Scalar {
  const [a, b] = [openings(predicted), openings(target)];
  return a[0]!.sub(b[0]!).abs().add(a[1]!.sub(b[1]!).abs()).div(2).mean() as tf.Scalar;
}
