import { tf } from '../tensor/tf.js';

/** Weights of the points, the same for all sequences [L] or each sequence its own [B,L]. */
export type PointWeights = readonly number[] | tf.Tensor;

/**
 * sum(k (|dx| + |dy|)) / (2 sum k) with k = visibility x point weight, averaged over sequences (model-facts §0.3, §11).
 * predicted [B,L,>=2], target [B,L,3], point weights [L] or [B,L]; the target is read, never changed (the legacy slip 2).
 */
export function weightedL1(predicted: tf.Tensor, target: tf.Tensor, pointWeights: PointWeights): tf.Scalar {
  const [batch, points] = target.shape as [number, number, number];
  const k = visibility(target).mul(asTensor(pointWeights));
  const miss = predicted.slice([0, 0, 0], [batch, points, 2]).sub(target.slice([0, 0, 0], [batch, points, 2]));
  const sum = miss.abs().sum(2).mul(k).sum(1);
  return sum.div(tf.maximum(k.sum(1).mul(2), 1e-12)).mean() as tf.Scalar;
}

/**
 * What the legacy losses leave behind: the target [B,L,3] with its visibility multiplied by the point weights, for the
 * next loss that reads it (model-facts §0.7 slip 2).
 */
export function compoundTarget(target: tf.Tensor, pointWeights: PointWeights): tf.Tensor {
  const [batch, points] = target.shape as [number, number, number];
  const k = visibility(target).mul(asTensor(pointWeights)).expandDims(2);
  return tf.concat([target.slice([0, 0, 0], [batch, points, 2]), k], 2);
}

function visibility(target: tf.Tensor): tf.Tensor {
  const [batch, points] = target.shape as [number, number, number];
  return target.slice([0, 0, 2], [batch, points, 1]).squeeze([2]);
}

function asTensor(pointWeights: PointWeights): tf.Tensor {
  return pointWeights instanceof tf.Tensor ? pointWeights : tf.tensor1d([...pointWeights]);
}
