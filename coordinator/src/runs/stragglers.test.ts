import assert from 'node:assert/strict';
import { it } from 'node:test';
import { namedStragglers, noArrivals, noteArrivals } from './stragglers.js';

const after = (commits: number, late: readonly (number | null)[], stepMs = 1000) => {
  let arrivals = noArrivals;
  for (let commit = 0; commit < commits; commit++) arrivals = noteArrivals(arrivals, ['a', 'b', 'c'], late, stepMs);
  return arrivals;
};

it('a member that all wait for is named with numbers, after some steps', () => {
  assert.deepEqual(namedStragglers(after(9, [0, 400, null])), []);
  assert.deepEqual(namedStragglers(after(20, [0, 400, null])), [
    { worker: 'b', reason: 'b is slow: its part comes 400 ms after the first, 40 % of a step of 1000 ms' },
  ]);
});

it('a small or short wait names nobody, and who has left is forgotten', () => {
  assert.deepEqual(namedStragglers(after(20, [0, 150, null])), []);
  assert.deepEqual(namedStragglers(after(20, [0, 40, null], 50)), []);
  const without = noteArrivals(after(20, [0, 400, null]), ['a', 'c'], [0, 10], 1000);
  assert.deepEqual(namedStragglers(without), []);
});
