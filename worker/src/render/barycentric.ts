import { tf } from '../tensor/tf.js';
import { detach } from './detach.js';

/** Below the rasteriser's smallest doubled area. */
const thinnest = 5e-9;

/** Pixel centres of a picture, row by row: [1,size*size,1] of x and of y. */
function pixelCentres(size: number): { x: tf.Tensor; y: tf.Tensor } {
  const centre = (index: number) => -1 + (2 * index + 1) / size;
  const x = Float32Array.from({ length: size * size }, (_, pixel) => centre(pixel % size));
  const y = Float32Array.from({ length: size * size }, (_, pixel) => centre(Math.floor(pixel / size)));
  return { x: tf.tensor(x, [1, size * size, 1]), y: tf.tensor(y, [1, size * size, 1]) };
}

/**
 * Barycentrics [B,P,3] of every pixel in its chosen triangle, in fp32 from xy of `corners` [B,P,3,>=2]; 0 where `alpha` [B,P,1] is 0.
 * Differentiable in the corners; a degenerate triangle gives 0 and no NaN.
 */
export function barycentrics(corners: tf.Tensor, alpha: tf.Tensor, size: number): tf.Tensor3D {
  const [batch, pixels] = corners.shape as [number, number];
  const axis = (which: 0 | 1): [tf.Tensor, tf.Tensor, tf.Tensor] =>
    [0, 1, 2].map((corner) =>
      corners.slice([0, 0, corner, which], [batch, pixels, 1, 1]).reshape([batch, pixels, 1]),
    ) as [tf.Tensor, tf.Tensor, tf.Tensor];
  const [x0, x1, x2] = axis(0);
  const [y0, y1, y2] = axis(1);
  const { x, y } = pixelCentres(size);
  const area = x1
    .sub(x0)
    .mul(y2.sub(y0))
    .sub(x2.sub(x0).mul(y1.sub(y0)));
  // The rasteriser draws nothing this thin: such an area belongs to an empty pixel's stand-in triangle.
  const safe = tf.where(detach(area).abs().greater(thinnest), area, tf.onesLike(area));
  const edge = (ax: tf.Tensor, ay: tf.Tensor, bx: tf.Tensor, by: tf.Tensor) =>
    ax
      .sub(x)
      .mul(by.sub(y))
      .sub(bx.sub(x).mul(ay.sub(y)));
  const weights = tf.concat([edge(x1, y1, x2, y2), edge(x2, y2, x0, y0), edge(x0, y0, x1, y1)], -1).div(safe);
  return weights.mul(alpha) as tf.Tensor3D;
}
