import { tf } from '../tensor/tf.js';

/**
 * Weak perspective (model-facts §2.2, §11): points [B,N,3] and cam [B,3] = (s, tx, ty) -> (s(x+tx), -s(y+ty), -s z);
 * x right and y down in [-1,1] over the picture, smaller z nearer.
 */
export function projectPoints(points: tf.Tensor, cam: tf.Tensor): tf.Tensor3D {
  const batch = cam.shape[0]!;
  const scale = cam.slice([0, 0], [batch, 1]).reshape([batch, 1, 1]);
  const shift = tf.concat([cam.slice([0, 1], [batch, 2]), tf.zeros([batch, 1])], 1).reshape([batch, 1, 3]);
  return points
    .add(shift)
    .mul(scale)
    .mul(tf.tensor1d([1, -1, -1])) as tf.Tensor3D;
}

/** A coordinate in [-1,1] as a pixel position of a picture of `size`: (p + 1) * size / 2. */
export function toPixels(coordinate: number, size: number): number {
  return ((coordinate + 1) * size) / 2;
}
