import type { tf } from '../tensor/tf.js';

/** Mean square difference of AUNet's vectors [B,27,512] of the rendered and of the real picture (model-facts §0.3). */
export function auFeatureLoss(rendered: tf.Tensor, real: tf.Tensor): tf.Scalar {
  return rendered.sub(real).square().mean() as tf.Scalar;
}
