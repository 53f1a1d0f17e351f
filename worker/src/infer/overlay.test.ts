import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { drawBorder, overlayHead } from './overlay.js';

const width = 20;
const height = 12;
const frame = { width, height, data: new Uint8Array(width * height * 3).fill(100) };
const at = (data: Uint8Array, x: number, y: number) => data[3 * (y * width + x)]!;
/** A triangle that covers the middle of its crop and faces the viewer. */
const head = {
  vertices: Float32Array.of(-1, 1, 0, 0, -1, 0, 1, 1, 0),
  projected: Float32Array.of(-0.9, -0.9, 0, 0, 0.9, 0, 0.9, -0.9, 0),
  landmarks68: new Float32Array(0),
};

describe('overlayHead', () => {
  it('draws inside the crop only, where the mesh is, and leaves the frame as it was', () => {
    const crop = { x: 5, y: 6, side: 8, angle: 0 };
    const drawn = overlayHead(frame, crop, head, Int32Array.of(0, 1, 2));
    assert.notEqual(at(drawn, 5, 4), 100);
    assert.equal(at(drawn, 15, 6), 100);
    assert.equal(at(drawn, 1, 9), 100);
    assert.ok(frame.data.every((value) => value === 100));
  });

  it('takes a crop that reaches over the border', () => {
    const drawn = overlayHead(frame, { x: 0, y: 0, side: 30, angle: 0 }, head, Int32Array.of(0, 1, 2));
    assert.notEqual(at(drawn, 0, 0), 100);
    assert.equal(at(drawn, 19, 11), 100);
  });
});

it('drawBorder colours the edge and nothing inside', () => {
  const data = frame.data.slice();
  drawBorder(width, height, data, [1, 2, 3]);
  assert.deepEqual([at(data, 0, 0), at(data, 19, 11), at(data, 10, 5)], [1, 1, 100]);
});
