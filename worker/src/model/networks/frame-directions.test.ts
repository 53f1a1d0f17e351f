import assert from 'node:assert/strict';
import { test } from 'node:test';
import { normalArray } from '../random-arrays.js';
import { factorise, solveLower, solveUpper } from './cholesky.js';
import { frameDirections } from './frame-directions.js';
import { symmetricEigen } from './symmetric-eigen.js';

const noise = (seed: number, length: number) => normalArray({ a: seed, b: 1 }, length);

test('the Cholesky factor solves A x = b', () => {
  const n = 6;
  const b = noise(1, n * n);
  const a = new Float64Array(n * n);
  for (let i = 0; i < n; i++) {
    for (let j = 0; j < n; j++) {
      for (let k = 0; k < n; k++) a[i * n + j] = a[i * n + j]! + b[i * n + k]! * b[j * n + k]!;
    }
    a[i * n + i] = a[i * n + i]! + 1;
  }
  const factor = a.slice();
  factorise(factor, n);
  const x = Float64Array.from(noise(2, n));
  const right = Float64Array.from({ length: n }, (_, i) => x.reduce((sum, value, j) => sum + a[i * n + j]! * value, 0));
  solveLower(factor, n, right);
  solveUpper(factor, n, right);
  for (let i = 0; i < n; i++) assert.ok(Math.abs(right[i]! - x[i]!) < 1e-10);
});

test('eigenpairs satisfy A v = value v, largest first', () => {
  const n = 8;
  const b = noise(3, n * n);
  const a = Array.from({ length: n }, (_, i) =>
    Float64Array.from({ length: n }, (_, j) => b[i * n + j]! + b[j * n + i]!),
  );
  const pairs = symmetricEigen(a);
  for (const [k, { value, vector }] of pairs.entries()) {
    if (k > 0) assert.ok(pairs[k - 1]!.value >= value);
    for (let i = 0; i < n; i++) {
      const product = vector.reduce((sum, entry, j) => sum + a[i]![j]! * entry, 0);
      assert.ok(Math.abs(product - value * vector[i]!) < 1e-9);
    }
  }
});

test('the first direction finds a weak common motion under strong inner variation', () => {
  const [frames, positions, channels] = [20, 30, 5];
  const inner = noise(4, frames * positions * channels);
  // Channel 3 moves with the frame by 0.1; all channels vary inside a frame by 1, channels 0 and 3 together.
  const data = inner.map((value, i) => {
    const channel = i % channels;
    const frame = Math.floor(i / (positions * channels));
    const shared = channel === 3 ? inner[i - 3]! + 0.05 * value : value;
    return 4 + shared + (channel === 3 ? 0.1 * Math.sin(frame) : 0);
  });
  const directions = frameDirections({ data, frames, positions, channels }, 3, 1e-4);
  assert.equal(directions.length, 3);
  const projected = Array.from({ length: frames }, (_, i) => {
    let sum = 0;
    for (let p = 0; p < positions; p++) {
      for (let c = 0; c < channels; c++)
        sum += (data[(i * positions + p) * channels + c]! * directions[0]!.factors[c]!) / positions;
    }
    return sum;
  });
  const mean = projected.reduce((sum, value) => sum + value, 0) / frames;
  const variance = projected.reduce((sum, value) => sum + (value - mean) ** 2, 0) / frames;
  assert.ok(Math.abs(variance - 1) < 1e-6);
  const correlation =
    projected.reduce((sum, value, i) => sum + (value - mean) * Math.sin(i), 0) / frames / Math.SQRT1_2;
  assert.ok(Math.abs(correlation) > 0.95, String(correlation));
});

test('equal frames have no direction', () => {
  const data = new Float32Array(3 * 4 * 2).map((_, i) => (i % 8) / 8);
  assert.equal(frameDirections({ data, frames: 3, positions: 4, channels: 2 }, 5, 1e-2).length, 0);
});
