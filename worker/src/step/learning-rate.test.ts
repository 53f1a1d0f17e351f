import assert from 'node:assert/strict';
import { test } from 'node:test';
import { learningRate } from './learning-rate.js';

test('the rate is constant without a step size', () => {
  assert.equal(learningRate({ lr: 1e-4, lr_step_size: 0, lr_gamma: 0.5 }, 1e6), 1e-4);
});

test('the rate falls by gamma after every full step size', () => {
  const rates = [0, 9, 10, 19, 20].map((taken) => learningRate({ lr: 8, lr_step_size: 10, lr_gamma: 0.5 }, taken));
  assert.deepEqual(rates, [8, 8, 4, 4, 2]);
});
