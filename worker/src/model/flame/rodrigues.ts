import { tf } from '../../tensor/tf.js';

/** Rotation matrices [B,3,3] of axis-angle vectors [B,3]: angle = |r + 1e-8|, R = I + sin K + (1 - cos) K^2 (model-facts §1.3). */
export function rodrigues(r: tf.Tensor): tf.Tensor3D {
  const batch = r.shape[0]!;
  const angle = r.add(1e-8).square().sum(1, true).sqrt();
  const [x, y, z] = tf.split(r.div(angle), 3, 1) as [tf.Tensor, tf.Tensor, tf.Tensor];
  const zero = tf.zerosLike(x);
  const k = tf.concat([zero, z.neg(), y, z, zero, x.neg(), y.neg(), x, zero], 1).reshape([batch, 3, 3]);
  const turn = angle.reshape([batch, 1, 1]);
  const second = tf.matMul(k, k).mul(tf.sub(1, turn.cos()));
  return tf.eye(3).expandDims(0).add(k.mul(turn.sin())).add(second) as tf.Tensor3D;
}
