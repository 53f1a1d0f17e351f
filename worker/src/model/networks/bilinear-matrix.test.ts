import assert from 'node:assert/strict';
import { test } from 'node:test';
import { tf } from '../../tensor/tf.js';
import { bilinearMatrix } from './bilinear-matrix.js';

test('the matrix resizes as the half-pixel bilinear kernel does', () => {
  for (const [from, to] of [
    [204, 224],
    [58, 64],
    [7, 3],
    [5, 5],
  ] as const) {
    tf.tidy(() => {
      const values = tf.sin(tf.range(0, from).mul(1.7));
      const expected = tf.image
        .resizeBilinear(values.reshape([1, from, 1, 1]) as tf.Tensor4D, [to, 1], false, true)
        .dataSync();
      const actual = tf.matMul(tf.tensor2d(bilinearMatrix(from, to), [to, from]), values.reshape([from, 1])).dataSync();
      for (let i = 0; i < to; i++) assert.ok(Math.abs(actual[i]! - expected[i]!) < 1e-4, `${from} -> ${to}, ${i}`);
    });
  }
});
