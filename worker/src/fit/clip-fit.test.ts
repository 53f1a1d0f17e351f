import assert from 'node:assert/strict';
import { test } from 'node:test';
import { flameStandin } from '../assets/standin/flame-standin.js';
import { buildHeadMesh } from '../assets/standin/head-mesh.js';
import { standinLandmarks } from '../assets/standin/landmark-embeddings.js';
import { normalStream, randomStream } from '../assets/standin/random.js';
import { fitClip } from './clip-fit.js';
import { fitConstantExpression } from './constant-expression.js';
import { imageLandmarks, landmarkErrorPixels } from './landmark-error.js';

const mesh = buildHeadMesh(7);
const flame = flameStandin(mesh, 7);
const landmarks = standinLandmarks(mesh.skin);
const zero = new Float64Array(50);

interface Truth {
  shape: Float64Array;
  exp: Float64Array;
  cam: Float64Array;
  pose: Float64Array;
}

function truths(count: number, yawReach: number): Truth[] {
  const normal = normalStream(randomStream(3, 'truth'));
  const shape = Float64Array.from({ length: 100 }, () => normal());
  return Array.from({ length: count }, (_, f) => ({
    shape,
    exp: zero,
    cam: Float64Array.of(8.5 + 0.3 * Math.sin(f), 0.01 * Math.cos(f), 0.02),
    pose: Float64Array.of(
      0.15 * Math.sin(f * 1.3),
      yawReach * Math.sin(f * 0.9),
      0.1 * Math.cos(f),
      0.1 + 0.1 * Math.sin(2 * f),
      0,
      0,
    ),
  }));
}

function target(truth: Truth, noisePixels = 0, normal: () => number = () => 0): Float32Array {
  const points = imageLandmarks(flame, landmarks, truth);
  const out = new Float32Array(68 * 3).fill(1);
  for (let i = 0; i < 68; i += 1) {
    for (let k = 0; k < 2; k += 1) out[i * 3 + k] = points[i * 2 + k]! + (noisePixels * normal()) / 112;
  }
  return out;
}

const meanError = (codes: readonly Truth[], frames: readonly Float32Array[]): number =>
  codes.reduce((sum, code, f) => sum + landmarkErrorPixels(flame, landmarks, code, frames[f]!, 224), 0) / codes.length;

test('known codes are recovered from their own projections', () => {
  const truth = truths(8, 0.3);
  const frames = truth.map((one) => target(one));
  const fit = fitClip({ flame, landmarks, frames });
  const codes = fit.frames.map(({ cam, pose }) => ({ shape: fit.shape, exp: zero, cam, pose }));
  assert.ok(meanError(codes, frames) < 0.5, `error ${meanError(codes, frames)} px`);
  for (const [f, { pose }] of fit.frames.entries()) {
    assert.ok(Math.abs(pose[1]! - truth[f]!.pose[1]!) < 0.08, `yaw of frame ${f}: ${pose[1]} for ${truth[f]!.pose[1]}`);
  }
  assert.deepEqual(fitClip({ flame, landmarks, frames }), fit);
});

test('noise of two pixels stays noise, and the jaw stays plausible', () => {
  const truth = truths(10, 0.2);
  const normal = normalStream(randomStream(5, 'noise'));
  const frames = truth.map((one) => target(one, 2, normal));
  const fit = fitClip({ flame, landmarks, frames });
  const codes = fit.frames.map(({ cam, pose }) => ({ shape: fit.shape, exp: zero, cam, pose }));
  const clean = meanError(
    codes,
    truth.map((one) => target(one)),
  );
  assert.ok(clean < 1.6, `error to the truth ${clean} px`);
  for (const { pose } of fit.frames) {
    assert.ok(pose[3]! > -0.08 && pose[3]! < 0.65 && Math.abs(pose[4]!) < 0.1 && Math.abs(pose[5]!) < 0.1);
  }
});

test('extreme yaw converges from a frontal start, with the shape held', () => {
  for (const yaw of [-1.1, -0.7, 0.7, 1.1]) {
    const truth = { ...truths(1, 0)[0]!, pose: Float64Array.of(0.1, yaw, 0, 0.1, 0, 0) };
    const frames = [target(truth)];
    const fit = fitClip({ flame, landmarks, frames, shape: truth.shape });
    const codes = { shape: fit.shape, exp: zero, ...fit.frames[0]! };
    const error = landmarkErrorPixels(flame, landmarks, codes, frames[0]!, 224);
    assert.ok(error < 0.5, `yaw ${yaw}: ${error} px`);
  }
});

test('the best constant expression is found with the coarse codes held', () => {
  const exp = Float64Array.from({ length: 50 }, (_, k) => (k === 1 || k === 2 ? 1.2 : k === 4 ? -0.6 : 0));
  const truth = truths(6, 0.3).map((one) => ({ ...one, exp }));
  const frames = truth.map((one) => target(one));
  const found = fitConstantExpression({ flame, landmarks, frames, coarse: truth });
  const held = meanError(
    truth.map((one) => ({ ...one, exp: found })),
    frames,
  );
  const without = meanError(
    truth.map((one) => ({ ...one, exp: zero })),
    frames,
  );
  assert.ok(held < 0.1 * without, `${held} px with, ${without} px without`);
});
