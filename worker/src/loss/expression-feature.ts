import type { tf } from '../tensor/tf.js';

/** Mean square difference of the emotion network's features [B,2048] of the rendered and of the real picture (model-facts §0.3). */
export function expressionFeatureLoss(rendered: tf.Tensor, real: tf.Tensor): tf.Scalar {
  return rendered.sub(real).square().mean() as tf.Scalar;
}
