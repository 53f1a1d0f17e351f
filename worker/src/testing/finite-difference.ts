import assert from 'node:assert/strict';
import { tf } from '../tensor/tf.js';

/**
 * Asserts that the gradient of `f` at `x` equals central differences in `probes` evenly spread coordinates.
 * fp32 differences carry rounding noise, so the tolerance is relative to the largest gradient entry.
 */
export function assertGradient(
  f: (x: tf.Tensor) => tf.Tensor,
  x: Float32Array,
  shape: readonly number[],
  { step = 1e-3, tolerance = 2e-2, probes = 12 }: { step?: number; tolerance?: number; probes?: number } = {},
): void {
  tf.tidy(() => {
    const gradient = tf
      .grad((value) => f(value).asScalar())(tf.tensor(x, [...shape]))
      .dataSync() as Float32Array;
    const largest = gradient.reduce((most, value) => Math.max(most, Math.abs(value)), 0);
    assert.ok(largest > 0, 'the gradient is zero everywhere');
    const at = (index: number, delta: number) => {
      const moved = Float32Array.from(x);
      moved[index]! += delta;
      return f(tf.tensor(moved, [...shape])).dataSync()[0]!;
    };
    for (let probe = 0; probe < Math.min(probes, x.length); probe++) {
      const index = Math.floor((probe * x.length) / Math.min(probes, x.length));
      const numeric = (at(index, step) - at(index, -step)) / (2 * step);
      const miss = Math.abs(numeric - gradient[index]!);
      assert.ok(miss <= tolerance * largest, `entry ${index}: gradient ${gradient[index]}, differences ${numeric}`);
    }
  });
}

/** Repeatable pseudo-random numbers in [-1,1] for tests. */
export function noise(length: number, seed = 1): Float32Array {
  let state = seed * 2654435761;
  return Float32Array.from({ length }, () => {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
    return state / 2147483648 - 1;
  });
}
