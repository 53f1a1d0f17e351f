import { tf } from '../../tensor/tf.js';
import type { FrameDirection, FrameSamples } from './frame-directions.js';

/** Which share of each position's part of a picture has each label: [frames, positions, labels]. */
export interface LabelShares {
  readonly data: Float32Array;
  readonly labels: number;
}

/** More bring less than the ridge takes away. */
const iterations = 80;

/**
 * Projections of the channels that tell how much of each label (brow, eye, lip, mouth ...) lies at a position: least squares
 * with a ridge, which is added to the unit variance of every channel, solved by conjugate gradients.
 */
export function labelDirections(samples: FrameSamples, shares: LabelShares, ridge: number): FrameDirection[] {
  const { data, frames, positions, channels } = samples;
  const rows = frames * positions;
  return tf.tidy(() => {
    const values = tf.tensor2d(data, [rows, channels]);
    const { mean, variance } = tf.moments(values, 0);
    // Channels that never fire have no deviation; they get no weight either.
    const scale = tf.where(variance.greater(1e-12), variance.rsqrt(), tf.zerosLike(variance));
    const x = values.sub(mean).mul(scale) as tf.Tensor2D;
    const targets = tf.tensor2d(shares.data, [rows, shares.labels]);
    const spread = tf.moments(targets, 0);
    const seen = spread.variance.greater(1e-9);
    const y = targets.sub(spread.mean).mul(tf.where(seen, spread.variance.rsqrt(), tf.zerosLike(spread.variance)));
    const solved = solve(x, tf.matMul(x, y as tf.Tensor2D, true, false).div(rows) as tf.Tensor2D, ridge);
    const factors = solved.mul(scale.expandDims(1)).transpose().arraySync() as number[][];
    const used = seen.dataSync();
    return factors
      .filter((_, label) => used[label])
      .map((row) => ({ factors: Float64Array.from(row), contrast: 1 })) as unknown as tf.TensorContainer;
  }) as unknown as FrameDirection[];
}

/** (X^T X / rows + ridge) W = B, each column by itself. */
function solve(x: tf.Tensor2D, b: tf.Tensor2D, ridge: number): tf.Tensor2D {
  const rows = x.shape[0];
  const apply = (w: tf.Tensor2D) => tf.matMul(x, tf.matMul(x, w), true, false).div(rows).add(w.mul(ridge));
  let weights = tf.zerosLike(b);
  let rest = b;
  let direction = b;
  let power = rest.square().sum(0);
  for (let i = 0; i < iterations; i++) {
    const image = apply(direction);
    const step = power.div(direction.mul(image).sum(0).add(1e-20));
    weights = weights.add(direction.mul(step));
    rest = rest.sub(image.mul(step));
    const next = rest.square().sum(0);
    direction = rest.add(direction.mul(next.div(power.add(1e-20))));
    power = next;
  }
  return weights;
}
