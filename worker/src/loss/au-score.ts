import type { tf } from '../tensor/tf.js';

/** Mean square difference of the 41 AU scores of the rendered and of the real picture, [B,41] each (model-facts §0.3). */
export function auScoreLoss(rendered: tf.Tensor, real: tf.Tensor): tf.Scalar {
  return rendered.sub(real).square().mean() as tf.Scalar;
}
