import assert from 'node:assert/strict';
import { test } from 'node:test';
import { normalArray, tensorStream } from '../random-arrays.js';
import { labelDirections } from './label-directions.js';
import { labelShares } from './label-shares.js';

test('shares count the labels of each cell and nothing else', () => {
  // Two 4x4 pictures on a 2x2 grid; 0 is background, 12 a label that meshes never have.
  const first = [1, 1, 0, 0, 1, 1, 0, 0, 0, 0, 9, 0, 0, 0, 0, 12];
  const { data, labels } = labelShares(Uint8Array.from([...first, ...first.map(() => 8)]), 4, 2, 2);
  assert.equal(labels, 9);
  const at = (picture: number, cell: number, label: number) => data[(picture * 4 + cell) * 9 + label - 1];
  assert.equal(at(0, 0, 1), 1);
  assert.equal(at(0, 1, 1), 0);
  assert.equal(at(0, 3, 9), 0.25);
  assert.equal(at(1, 2, 8), 1);
});

test('a direction finds the channels that carry its label, among noise', () => {
  const [frames, positions, channels] = [30, 9, 8];
  const rows = frames * positions;
  const noise = normalArray(tensorStream(3, 'noise'), rows * channels);
  const truth = normalArray(tensorStream(3, 'truth'), rows);
  const data = Float32Array.from(noise, (value, i) =>
    i % channels === 5 ? 2 * truth[Math.floor(i / channels)]! + 0.1 * value : i % channels === 6 ? 0 : value,
  );
  const shares = Float32Array.from({ length: 2 * rows }, (_, i) => (i % 2 === 0 ? truth[i / 2]! : 0));
  const found = labelDirections({ data, frames, positions, channels }, { data: shares, labels: 2 }, 0.01);
  // The second label is nowhere: it has no direction.
  assert.equal(found.length, 1);
  const { factors } = found[0]!;
  assert.ok(Math.abs(factors[5]! - 0.5) < 0.02, `${factors[5]}`);
  assert.equal(factors[6], 0);
  for (const channel of [0, 1, 2, 3, 4, 7]) assert.ok(Math.abs(factors[channel]!) < 0.02, `${factors[channel]}`);
});
