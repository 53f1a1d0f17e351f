import { tf } from '../tensor/tf.js';

/** 1 - cosine of identity features [B,2048], averaged over sequences (model-facts §2.5). */
export function identityLoss(rendered: tf.Tensor, real: tf.Tensor): tf.Scalar {
  const norm = (x: tf.Tensor) => tf.maximum(x.square().sum(1), 1e-16).sqrt();
  const cosine = rendered
    .mul(real)
    .sum(1)
    .div(norm(rendered).mul(norm(real)));
  return tf.sub(1, cosine).mean() as tf.Scalar;
}
