import { type Tensor4D, tf } from '../../tensor/tf.js';

/** [B,3,S,S] (the legacy order) -> [B,S,S,3], which TensorFlow's CPU convolutions need. */
export function toChannelsLast(images: tf.Tensor): Tensor4D {
  return tf.transpose(images, [0, 2, 3, 1]) as Tensor4D;
}
