import assert from 'node:assert/strict';
import { test } from 'node:test';
import { denseIndices } from './dense-indices.js';
import { buildHeadMesh } from './head-mesh.js';
import { standinLandmarks } from './landmark-embeddings.js';

const mesh = buildHeadMesh(0);
const landmarks = standinLandmarks(mesh.skin);

function point(faces: Int32Array, bary: Float32Array, i: number): number[] {
  return [0, 1, 2].map((axis) =>
    [0, 1, 2].reduce((sum, c) => sum + bary[i * 3 + c]! * mesh.positions[mesh.faces[faces[i]!]![c]!]![axis]!, 0),
  );
}
const dense = (i: number): number[] => point(landmarks.denseFaces, landmarks.denseBary, i);

test('weights are barycentric everywhere', () => {
  for (const bary of [landmarks.staticBary, landmarks.dynamicBary, landmarks.fullBary, landmarks.denseBary]) {
    for (let i = 0; i < bary.length; i += 3) {
      const row = bary.subarray(i, i + 3);
      assert.ok(row.every((w) => w >= 0) && Math.abs(row[0]! + row[1]! + row[2]! - 1) < 1e-5);
    }
  }
  assert.equal(landmarks.dynamicFaces.length, 79 * 17);
});

test('the 105 points are different mesh indices in their groups', () => {
  assert.equal(new Set(denseIndices).size, 105);
  assert.deepEqual([...denseIndices.slice(65, 69)], [0, 13, 14, 17]);
});

test('the named dense positions of the losses are where they should be', () => {
  // Lid pairs (model-facts §0.3): one over the other at nearly the same x.
  for (const [lower, upper] of [
    [23, 31],
    [25, 29],
    [41, 45],
    [39, 47],
  ] as const) {
    assert.ok(Math.abs(dense(lower)[0]! - dense(upper)[0]!) < 1.5 && dense(upper)[1]! > dense(lower)[1]! + 4);
  }
  // Eye corners 21-22 and 37-38, lip centres 65 (top) and 68 (bottom), mouth corners 72 and 90.
  for (const [a, b] of [
    [21, 22],
    [38, 37],
  ] as const)
    assert.ok(dense(a)[0]! - dense(b)[0]! > 24);
  assert.ok(dense(65)[1]! > dense(66)[1]! && dense(66)[1]! >= dense(67)[1]! && dense(67)[1]! > dense(68)[1]!);
  assert.ok(dense(90)[0]! - dense(72)[0]! > 44 && Math.abs(dense(72)[1]! - dense(90)[1]!) < 0.5);
});

test('a turn moves only the far side of the contour, forward', () => {
  const at = (bin: number, i: number): number[] => point(landmarks.dynamicFaces, landmarks.dynamicBary, bin * 17 + i);
  for (const i of [0, 1, 2]) {
    assert.ok(at(78, i)[2]! > at(0, i)[2]! + 3, 'bin 78 (yaw -39): image left is far');
    assert.ok(Math.abs(at(39, i)[2]! - at(0, i)[2]!) < 0.5, 'bin 39: image left is near');
    assert.ok(at(39, 16 - i)[2]! > at(0, 16 - i)[2]! + 3);
  }
  assert.deepEqual(at(0, 8), at(39, 8));
});
