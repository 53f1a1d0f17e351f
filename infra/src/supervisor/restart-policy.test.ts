import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { decideRestart } from './restart-policy.js';

test('the delay doubles with each failure in a row and is bounded', () => {
  const delays = [0, 1, 2, 3].map((failures) => decideRestart(failures, 0, 1000).delayMs);
  assert.deepEqual(delays, [250, 500, 1000, 2000]);
  fc.assert(fc.property(fc.nat(10_000), (failures) => decideRestart(failures, 0, 10).delayMs <= 15_000));
});

test('a minute of health forgives', () => assert.equal(decideRestart(9, 0, 60_000).failures, 1));
