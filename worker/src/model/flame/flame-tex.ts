import { tf } from '../../tensor/tf.js';

/** Albedo [B,size,size,3], RGB about 0..1, of texture codes [B,50]: mean + basis x code (model-facts §1.5, §11). */
export function flameTexture(c: Readonly<Record<string, tf.Tensor>>, tex: tf.Tensor): tf.Tensor4D {
  const batch = tex.shape[0]!;
  const size = Math.sqrt(c.textureMean!.size / 3);
  const flat = tf.matMul(tex as tf.Tensor2D, c.textureBasis as tf.Tensor2D, false, true).add(c.textureMean!);
  return flat.reshape([batch, size, size, 3]);
}
