import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { mixCodes } from './frame-codes.js';
import { originalPixels } from './write-results.js';

describe('originalPixels', () => {
  it('goes from the crop over the enlarged frame to the original one', () => {
    const crop = { x: 100, y: 60, side: 40, angle: 0 };
    const size = { width: 400, height: 200, original: { width: 200, height: 50 } };
    const points = Float32Array.of(0, 0, 1, -1, -1, 1, 1, 0.5, 1);
    assert.deepEqual([...originalPixels(points, crop, size)], [50, 15, 40, 10, 60, 17.5]);
  });
});

describe('mixCodes', () => {
  it('mixes every part at the same share', () => {
    const all = (value: number) => ({
      codes: new Float32Array(127).fill(value),
      shape: new Float32Array(100).fill(value),
      pose: new Float32Array(6).fill(value),
      cam: new Float32Array(3).fill(value),
      aus: new Float32Array(27).fill(value),
    });
    assert.deepEqual(mixCodes(all(2), all(6), 0.25), all(3));
    assert.deepEqual(mixCodes(all(2), all(6), 0), all(2));
  });
});
