import assert from 'node:assert/strict';
import { it } from 'node:test';
import { lateness } from './lateness.js';

it('is counted from the member whose leaves were here first', () => {
  const plan = [
    { start: 0, end: 2 },
    { start: 2, end: 3 },
    { start: 3, end: 3 },
    { start: 3, end: 4 },
  ];
  const times = [100, 130, 120.4, undefined];
  assert.deepEqual(
    lateness(plan, (leaf) => times[leaf]),
    [10, 0, null, null],
  );
});
