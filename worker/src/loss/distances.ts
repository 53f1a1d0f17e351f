import { tf } from '../tensor/tf.js';

/** Keeps the root's gradient finite where two points coincide; far below a pixel. */
const tiny = 1e-12;

/** Distances [B,K] in the picture plane between the points of each pair; points [B,L,>=2]. */
export function pairDistances(points: tf.Tensor, pairs: readonly (readonly [number, number])[]): tf.Tensor2D {
  const [batch, count] = points.shape as [number, number, number];
  const plane = points.slice([0, 0, 0], [batch, count, 2]);
  const side = (which: 0 | 1) =>
    tf.gather(
      plane,
      tf.tensor1d(
        pairs.map((pair) => pair[which]),
        'int32',
      ),
      1,
    );
  return side(0).sub(side(1)).square().sum(2).add(tiny).sqrt() as tf.Tensor2D;
}
