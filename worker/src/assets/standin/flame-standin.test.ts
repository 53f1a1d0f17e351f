import assert from 'node:assert/strict';
import { test } from 'node:test';
import { type FrameCodes, imageLandmarks } from '../../fit/landmark-error.js';
import { flameStandin } from './flame-standin.js';
import { buildHeadMesh } from './head-mesh.js';
import { standinLandmarks } from './landmark-embeddings.js';

const mesh = buildHeadMesh(0);
const flame = flameStandin(mesh, 0);
const landmarks = standinLandmarks(mesh.skin);
const rest: FrameCodes = {
  shape: new Float64Array(100),
  exp: new Float64Array(50),
  pose: new Float64Array(6),
  cam: [1, 0, 0],
};

const direction = (k: number): Float64Array =>
  Float64Array.from({ length: 5023 * 3 }, (_, i) => flame.shapeDirs[i * 150 + k]!);
const dot = (a: Float64Array, b: Float64Array): number => a.reduce((sum, value, i) => sum + value * b[i]!, 0);

/** y (image, down) of landmark i in millimetres for some codes. */
function landmark(i: number, codes: Partial<FrameCodes>): { x: number; y: number } {
  const points = imageLandmarks(flame, landmarks, { ...rest, ...codes });
  return { x: points[i * 2]! * 1000, y: points[i * 2 + 1]! * 1000 };
}
const exp = (k: number, value: number): Float64Array =>
  Float64Array.from({ length: 50 }, (_, i) => (i === k ? value : 0));

test('the head has human measures', () => {
  const xs = mesh.places.flatMap(({ part }, i) => (part === 'skin' ? [flame.template[i * 3]!] : []));
  const width = Math.max(...xs) - Math.min(...xs);
  assert.ok(width > 0.14 && width < 0.21, `${width} m wide`);
  const mouthWidth = landmark(54, {}).x - landmark(48, {}).x;
  assert.ok(mouthWidth > 40 && mouthWidth < 60, `mouth ${mouthWidth} mm`);
  assert.ok(landmark(36, {}).x < landmark(39, {}).x && landmark(42, {}).x < landmark(45, {}).x);
  assert.ok(landmark(8, {}).y > landmark(57, {}).y && landmark(19, {}).y < landmark(37, {}).y);
});

test('shape directions are orthogonal and none is empty', () => {
  const all = Array.from({ length: 100 }, (_, k) => direction(k));
  for (const [i, a] of all.entries()) {
    assert.ok(dot(a, a) > 0);
    for (const b of all.slice(0, i)) {
      assert.ok(Math.abs(dot(a, b)) < 1e-5 * Math.sqrt(dot(a, a) * dot(b, b)), `direction ${i}`);
    }
  }
});

test('expression directions move the face by millimetres and nothing behind it', () => {
  for (let k = 100; k < 150; k += 1) {
    const d = direction(k);
    let largest = 0;
    for (let v = 0; v < 5023; v += 1) {
      const move = Math.hypot(d[v * 3]!, d[v * 3 + 1]!, d[v * 3 + 2]!);
      largest = Math.max(largest, move);
      const { s, h } = mesh.places[v]!;
      if (Math.abs(s) > 120 || h < -140 || h > 110) assert.ok(move < 1e-5, `direction ${k} moves vertex ${v}`);
    }
    assert.ok(largest > 0.0005 && largest < 0.0065, `direction ${k}: ${largest} m`);
  }
});

test('the jaw opens the mouth and leaves the upper face', () => {
  const pose = Float64Array.of(0, 0, 0, 0.3, 0, 0);
  const gap = (codes: Partial<FrameCodes>): number => landmark(66, codes).y - landmark(62, codes).y;
  assert.ok(gap({}) < 1.5 && gap({ pose }) > 15, `${gap({})} -> ${gap({ pose })} mm`);
  for (const i of [19, 24, 30, 37, 44]) assert.ok(Math.abs(landmark(i, { pose }).y - landmark(i, {}).y) < 0.2);
});

test('the first expressions do what their names say', () => {
  const up = (i: number, k: number): number => landmark(i, {}).y - landmark(i, { exp: exp(k, 1) }).y;
  assert.ok(up(62, 0) > 0.8 && up(66, 0) < -1.5, 'lips part');
  assert.ok(up(48, 1) > 1.5 && Math.abs(up(54, 1)) < 0.3, 'smile on the image left');
  assert.ok(up(54, 2) > 1.5 && Math.abs(up(48, 2)) < 0.3, 'smile on the image right');
  assert.ok(up(21, 7) > 1.5 && up(22, 8) > 1.5, 'inner brows');
  assert.ok(up(18, 9) > 1.5 && up(25, 10) > 1.5, 'outer brows');
  const closing =
    landmark(41, {}).y -
    landmark(37, {}).y -
    (landmark(41, { exp: exp(13, 1) }).y - landmark(37, { exp: exp(13, 1) }).y);
  assert.ok(closing > 3, `lid closes by ${closing} mm`);
});

test('weights of a vertex sum to one, joints are averages', () => {
  for (let v = 0; v < 5023; v += 1) {
    const row = flame.lbsWeights.subarray(v * 5, v * 5 + 5);
    assert.ok(Math.abs(row.reduce((a, b) => a + b) - 1) < 1e-6 && row.every((w) => w >= -1e-6));
  }
  for (let j = 0; j < 5; j += 1) {
    const sum = flame.jointRegressor.subarray(j * 5023, (j + 1) * 5023).reduce((a, b) => a + b, 0);
    assert.ok(Math.abs(sum - 1) < 1e-4, `joint ${j}: ${sum}`);
  }
});
