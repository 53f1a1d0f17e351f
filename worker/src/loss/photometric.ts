import type { tf } from '../tensor/tf.js';

/** Mean over all pixels of mask x |predicted - image|; all [B,S,S,3], mask values 0, 1, 2 (model-facts §0.3, §2.5). */
export function photometricLoss(predicted: tf.Tensor, image: tf.Tensor, mask: tf.Tensor): tf.Scalar {
  return predicted.sub(image).abs().mul(mask).mean() as tf.Scalar;
}
