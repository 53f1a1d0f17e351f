import { tf } from '../../tensor/tf.js';
import type { Constants } from './resnet.js';

/** Folded linear layer: x [n, in] -> [n, out]. */
export function dense(c: Constants, name: string, x: tf.Tensor): tf.Tensor2D {
  return tf.add(tf.matMul(x as tf.Tensor2D, c[`${name}/kernel`] as tf.Tensor2D), c[`${name}/bias`]!) as tf.Tensor2D;
}
