import assert from 'node:assert/strict';
import { test } from 'node:test';
import { mix32, nameWord, streamBits, streamKey } from './counter-hash.js';

test('one changed word changes the key', () => {
  const keys = [
    [1, 2, 3],
    [1, 3, 2],
    [1, 2],
    [2 ** 32 + 1, 2, 3],
    [-1, 2, 3],
    [1, 2, 3, 0],
  ].map((words) => streamKey(...words));
  assert.equal(new Set(keys.map(({ a, b }) => `${a}/${b}`)).size, keys.length);
  assert.deepEqual(streamKey(1, 2, 3), keys[0]);
});

test('bits are balanced, and neighbours are not alike', () => {
  const { a, b } = streamKey(7, nameWord('layer'));
  const count = 20_000;
  const ones = new Array<number>(32).fill(0);
  let flips = 0;
  for (let i = 0; i < count; i++) {
    const bits = streamBits(a, b, i);
    for (let bit = 0; bit < 32; bit++) ones[bit] = ones[bit]! + ((bits >>> bit) & 1);
    let different = bits ^ streamBits(a, b, i + 1);
    for (; different !== 0; different &= different - 1) flips++;
  }
  // Five standard deviations of a fair coin.
  for (const sum of ones) assert.ok(Math.abs(sum - count / 2) < 2.5 * Math.sqrt(count));
  assert.ok(Math.abs(flips / count - 16) < 0.2);
});

test('mixing loses nothing', () => {
  assert.equal(new Set(Array.from({ length: 5000 }, (_, i) => mix32(i * 77))).size, 5000);
});
