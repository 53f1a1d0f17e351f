import { tf } from '../../tensor/tf.js';

/** Rows of `values` [B,N,C] by indices [B,...]: [B,...,C]. */
export function gatherRows(values: tf.Tensor, indices: tf.Tensor): tf.Tensor {
  const [batch, rows, width] = values.shape as [number, number, number];
  const offsets = tf.tensor(
    Int32Array.from({ length: batch }, (_, b) => b * rows),
    [batch, ...indices.shape.slice(1).map(() => 1)],
    'int32',
  );
  return tf.gather(values.reshape([batch * rows, width]), indices.add(offsets).cast('int32'));
}

/** Points on faces: sum of barycentric weight x triangle corner. points [B,N,3], faces [B,L] int32, bary [B,L,3] -> [B,L,3]. */
export function selectLandmarks(
  c: Readonly<Record<string, tf.Tensor>>,
  points: tf.Tensor,
  faces: tf.Tensor,
  bary: tf.Tensor,
): tf.Tensor3D {
  const corners = gatherRows(points, tf.gather(c.faces!, faces));
  return corners.mul(bary.expandDims(-1)).sum(2) as tf.Tensor3D;
}
