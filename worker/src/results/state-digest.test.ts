import assert from 'node:assert/strict';
import { test } from 'node:test';
import { planParts, planRetention } from './checkpoint-layout.js';
import { stateDigest, type TrainingState } from './state-digest.js';

const base: TrainingState = {
  snapshot: {
    step: 7,
    arrays: [
      { name: 'w/b', shape: [2], data: Float32Array.of(1, 2) },
      { name: 'w/a', shape: [1, 2], data: Float32Array.of(3, 4) },
    ],
  },
  data: { epoch: 1, position: 5 },
  seed: 3,
};

test('the digest does not depend on the order of the arrays', () => {
  const turned = { ...base, snapshot: { ...base.snapshot, arrays: [...base.snapshot.arrays].reverse() } };
  assert.equal(stateDigest(turned), stateDigest(base));
});

test('the digest depends on each value, shape, name, step, data position and seed', () => {
  const [first, second] = base.snapshot.arrays;
  assert.ok(first && second);
  const changed: TrainingState[] = [
    { ...base, seed: 4 },
    { ...base, data: { epoch: 1, position: 6 } },
    { ...base, data: { epoch: 2, position: 5 } },
    { ...base, snapshot: { ...base.snapshot, step: 8 } },
    { ...base, snapshot: { ...base.snapshot, arrays: [first, { ...second, shape: [2] }] } },
    { ...base, snapshot: { ...base.snapshot, arrays: [first, { ...second, name: 'w/c' }] } },
    { ...base, snapshot: { ...base.snapshot, arrays: [first, { ...second, data: Float32Array.of(3, 5) }] } },
  ];
  const digests = new Set([base, ...changed].map(stateDigest));
  assert.equal(digests.size, changed.length + 1);
});

test('parts keep every array once, in order, within the limit', () => {
  const arrays = [10, 20, 30, 100, 5].map((byteLength) => ({ data: { byteLength } }));
  const parts = planParts(arrays, 60);
  assert.deepEqual(
    parts.map((part) => part.map((array) => array.data.byteLength)),
    [[10, 20, 30], [100], [5]],
  );
});

test('retention keeps the newest ones and the ends of epochs', () => {
  assert.deepEqual(
    planRetention([10, 20, 30, 40, 50], 2, (step) => step === 20),
    [30, 10],
  );
});
