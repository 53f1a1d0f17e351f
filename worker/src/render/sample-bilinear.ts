import { gatherRows } from '../model/flame/landmarks.js';
import { tf } from '../tensor/tf.js';
import { detach } from './detach.js';

/**
 * Reads a map [B,H,W,C] at grid points [B,P,2] (x right, y down, in [-1,1]): bilinear, corners not aligned, zero outside
 * (model-facts §11). Differentiable in the map and, through the weights, in the grid.
 */
export function sampleBilinear(map: tf.Tensor, grid: tf.Tensor): tf.Tensor3D {
  const [batch, height, width, channels] = map.shape as [number, number, number, number];
  const scale = tf.tensor1d([width / 2, height / 2]);
  const position = grid.add(1).mul(scale).sub(0.5);
  const low = detach(position).floor();
  const [fx, fy] = tf.split(position.sub(low), 2, -1) as [tf.Tensor, tf.Tensor];
  const [lx, ly] = tf.split(low, 2, -1) as [tf.Tensor, tf.Tensor];
  const rows = map.reshape([batch, height * width, channels]);
  const corner = (dx: 0 | 1, dy: 0 | 1): tf.Tensor => {
    const [x, y] = [lx.add(dx), ly.add(dy)];
    const inside = x
      .greaterEqual(0)
      .logicalAnd(x.less(width))
      .logicalAnd(y.greaterEqual(0))
      .logicalAnd(y.less(height))
      .cast('float32');
    const index = y
      .clipByValue(0, height - 1)
      .mul(width)
      .add(x.clipByValue(0, width - 1))
      .cast('int32')
      .squeeze([2]);
    const share = (dx ? fx : tf.sub(1, fx)).mul(dy ? fy : tf.sub(1, fy)).mul(inside);
    return gatherRows(rows, index).mul(share);
  };
  return tf.addN([corner(0, 0), corner(1, 0), corner(0, 1), corner(1, 1)]) as tf.Tensor3D;
}
