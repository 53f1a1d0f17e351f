import assert from 'node:assert/strict';
import { test } from 'node:test';
import { fillPolygon } from './fill-polygon.js';

test('a polygon covers the pixels whose centres it holds', () => {
  const map = new Uint8Array(16);
  // x from the first pixel's centre to before the last one's, rows 1 and 2
  fillPolygon(map, 4, [-0.76, -0.6, 0.7, -0.6, 0.7, 0.4, -0.76, 0.4], 7);
  assert.deepEqual([...map], [0, 0, 0, 0, 7, 7, 7, 0, 7, 7, 7, 0, 0, 0, 0, 0]);
});

test('a shape drawn over itself is empty where it overlaps', () => {
  const map = new Uint8Array(16);
  const square = [-1, -1, 1, -1, 1, 1, -1, 1];
  fillPolygon(map, 4, [...square, -1, -1, ...square], 1);
  assert.equal(map.includes(1), false);
});

test('what lies outside the picture is cut off', () => {
  const map = new Uint8Array(16);
  fillPolygon(map, 4, [-9, -9, 9, -9, 9, 9, -9, 9], 3);
  assert.ok(map.every((value) => value === 3));
});
