import assert from 'node:assert/strict';
import { it } from 'node:test';
import { withSameBits } from './same-bits.js';

const workers = [
  { name: 'worker-0', build: 'one' },
  { name: 'worker-1', build: 'two' },
  { name: 'worker-2', build: 'two' },
];

it('in exact mode a generation has workers of one build, else all (PROTOCOL 7)', () => {
  assert.deepEqual(withSameBits(workers, true), ['worker-1', 'worker-2']);
  assert.deepEqual(withSameBits(workers, true, 'one'), ['worker-0']);
  assert.deepEqual(withSameBits(workers, false, 'one'), ['worker-0', 'worker-1', 'worker-2']);
  assert.deepEqual(withSameBits(workers.slice(0, 2), true), ['worker-0']);
  assert.deepEqual(withSameBits([], true), []);
});
