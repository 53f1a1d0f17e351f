import { gatherRows } from '../model/flame/landmarks.js';
import { tf } from '../tensor/tf.js';

const smallestNorm = 1e-6;

/** Vertex normals [B,N,3]: the cross products of the faces around a vertex, summed (area-weighted), normalised (model-facts §2.3). */
export function vertexNormals(vertices: tf.Tensor, faces: tf.Tensor): tf.Tensor3D {
  const [batch, count] = vertices.shape as [number, number, number];
  const size = faces.shape[0]!;
  const corners = gatherRows(vertices, tf.tile(faces.expandDims(0), [batch, 1, 1]));
  const [a, b, c] = tf.unstack(corners, 2) as [tf.Tensor, tf.Tensor, tf.Tensor];
  const normal = cross(b.sub(a), c.sub(a));
  // Each of the three corners of a face adds the face's own cross product.
  const each = tf.stack([normal, normal, normal], 2).reshape([batch * size * 3, 3]);
  const owners = tf.tile(faces.reshape([1, size * 3]), [batch, 1]);
  const offsets = tf.tensor2d(
    Int32Array.from({ length: batch }, (_, row) => row * count),
    [batch, 1],
    'int32',
  );
  const ids = owners
    .add(offsets)
    .reshape([batch * size * 3])
    .cast('int32') as tf.Tensor1D;
  const summed = tf.unsortedSegmentSum(each, ids, batch * count).reshape([batch, count, 3]);
  const length = tf.maximum(summed.square().sum(-1, true), smallestNorm ** 2).sqrt();
  return summed.div(length) as tf.Tensor3D;
}

function cross(a: tf.Tensor, b: tf.Tensor): tf.Tensor {
  const [ax, ay, az] = tf.unstack(a, -1) as [tf.Tensor, tf.Tensor, tf.Tensor];
  const [bx, by, bz] = tf.unstack(b, -1) as [tf.Tensor, tf.Tensor, tf.Tensor];
  return tf.stack([ay.mul(bz).sub(az.mul(by)), az.mul(bx).sub(ax.mul(bz)), ax.mul(by).sub(ay.mul(bx))], -1);
}
