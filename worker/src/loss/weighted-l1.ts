import { tf } from '../tensor/tf.js';

/**
 * sum(k (|dx| + |dy|)) / (2 sum k) with k = visibility x point weight, averaged over sequences (model-facts §0.3, §11).
 * predicted [B,L,>=2], target [B,L,3], point weights [L] or [B,L]; the target is read, never changed (the legacy slip 2).
 */
export function weightedL1(
  predicted: tf.Tensor,
  target: tf.Tensor,
  pointWeights: readonly number[] | tf.Tensor,
): tf.Scalar {
  const [batch, points] = target.shape as [number, number, number];
  const k = target
    .slice([0, 0, 2], [batch, points, 1])
    .squeeze([2])
    .mul(pointWeights instanceof tf.Tensor ? pointWeights : tf.tensor1d([...pointWeights]));
  const miss = predicted.slice([0, 0, 0], [batch, points, 2]).sub(target.slice([0, 0, 0], [batch, points, 2]));
  const sum = miss.abs().sum(2).mul(k).sum(1);
  return sum.div(tf.maximum(k.sum(1).mul(2), 1e-12)).mean() as tf.Scalar;
}
