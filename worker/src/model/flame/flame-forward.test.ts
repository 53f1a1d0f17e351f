import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import type { FlameModel, LandmarkEmbeddings } from '../../assets/types.js';
import { tf } from '../../tensor/tf.js';
import { assertGradient, noise } from '../../testing/finite-difference.js';
import { flameConstants } from './constants.js';
import { contourBin } from './contour.js';
import { flameForward } from './flame-forward.js';

const n = 40;
const model: FlameModel = {
  template: noise(n * 3, 1).map((v) => 0.1 * v),
  shapeDirs: noise(n * 3 * 150, 2).map((v) => 0.003 * v),
  poseDirs: noise(36 * n * 3, 3).map((v) => 0.002 * v),
  jointRegressor: rowsThatSumToOne(5, n, 4),
  lbsWeights: rowsThatSumToOne(n, 5, 5),
  parents: Int32Array.of(-1, 0, 1, 1, 1),
  faces: Int32Array.of(0, 1, 2),
  uvs: new Float32Array(6),
  uvFaces: Int32Array.of(0, 1, 2),
};

function rowsThatSumToOne(rows: number, columns: number, seed: number): Float32Array {
  const values = noise(rows * columns, seed).map((v) => v + 1.01);
  for (let row = 0; row < rows; row++) {
    const sum = values.subarray(row * columns, (row + 1) * columns).reduce((a, b) => a + b, 0);
    for (let c = 0; c < columns; c++) values[row * columns + c]! /= sum;
  }
  return values;
}

const landmarks: LandmarkEmbeddings = {
  staticFaces: new Int32Array(51),
  staticBary: new Float32Array(153),
  dynamicFaces: new Int32Array(79 * 17),
  dynamicBary: new Float32Array(79 * 51),
  fullFaces: new Int32Array(68),
  fullBary: new Float32Array(204),
  denseFaces: new Int32Array(105),
  denseBary: new Float32Array(315),
  denseIndices: new Int32Array(105),
};

function constants() {
  const all = flameConstants({
    flame: model,
    landmarks,
    texture: { size: 1, mean: new Float32Array(3), basis: new Float32Array(150) },
    uvMasks: { size: 1, face: new Float32Array(1), faceEye: new Float32Array(1) },
  });
  return Object.fromEntries(
    Object.entries(all).map(([name, { shape, data }]) => [
      name,
      tf.tensor(data, [...shape], data instanceof Int32Array ? 'int32' : 'float32'),
    ]),
  );
}

function vertices(shape: Float32Array, exp: Float32Array, pose: Float32Array): Float32Array {
  return tf.tidy(
    () =>
      flameForward(constants(), {
        shape: tf.tensor2d(shape, [1, 100]),
        exp: tf.tensor2d(exp, [1, 50]),
        pose: tf.tensor2d(pose, [1, 6]),
      }).vertices.dataSync() as Float32Array,
  );
}

/** Plain linear blend skinning in float64 with all five joints and 4x4 chains, step by step as model-facts §1.3 has it. */
function reference(shape: Float32Array, exp: Float32Array, pose: Float32Array): Float64Array {
  const beta = [...shape, ...exp];
  const shaped = Float64Array.from(model.template, (value, row) =>
    beta.reduce((sum, b, k) => sum + b * model.shapeDirs[row * 150 + k]!, value),
  );
  const joint = (j: number) =>
    [0, 1, 2].map((axis) => {
      let sum = 0;
      for (let v = 0; v < n; v++) sum += model.jointRegressor[j * n + v]! * shaped[v * 3 + axis]!;
      return sum;
    });
  const joints = [0, 1, 2, 3, 4].map(joint);
  const still = [0, 0, 0];
  const rotations = [pose.slice(0, 3), still, pose.slice(3, 6), still, still].map((r) => rotation(r));
  const feature = rotations.slice(1).flatMap((r) => r.map((value, i) => value - (i % 4 === 0 ? 1 : 0)));
  const posed = shaped.map((value, row) =>
    feature.reduce((sum, f, k) => sum + f * model.poseDirs[k * n * 3 + row]!, value),
  );
  const chain: { r: number[]; t: number[] }[] = [];
  for (let j = 0; j < 5; j++) {
    const parent = model.parents[j]!;
    const local = joints[j]!.map((value, axis) => value - (parent < 0 ? 0 : joints[parent]![axis]!));
    if (parent < 0) chain.push({ r: rotations[j]!, t: local });
    else {
      const { r, t } = chain[parent]!;
      chain.push({ r: multiply(r, rotations[j]!), t: apply(r, local).map((value, axis) => value + t[axis]!) });
    }
  }
  const out = new Float64Array(n * 3);
  for (let v = 0; v < n; v++) {
    for (let j = 0; j < 5; j++) {
      const { r, t } = chain[j]!;
      const from = joints[j]!.map((value, axis) => posed[v * 3 + axis]! - value);
      const moved = apply(r, from).map((value, axis) => value + t[axis]!);
      for (let axis = 0; axis < 3; axis++) out[v * 3 + axis]! += model.lbsWeights[v * 5 + j]! * moved[axis]!;
    }
  }
  return out;
}

function rotation(r: ArrayLike<number>): number[] {
  const angle = Math.hypot(r[0]! + 1e-8, r[1]! + 1e-8, r[2]! + 1e-8);
  const [x, y, z] = [r[0]! / angle, r[1]! / angle, r[2]! / angle];
  const k = [0, -z, y, z, 0, -x, -y, x, 0];
  const kk = multiply(k, k);
  return k.map((value, i) => (i % 4 === 0 ? 1 : 0) + Math.sin(angle) * value + (1 - Math.cos(angle)) * kk[i]!);
}

const multiply = (a: number[], b: number[]) =>
  Array.from({ length: 9 }, (_, i) =>
    [0, 1, 2].reduce((sum, k) => sum + a[Math.floor(i / 3) * 3 + k]! * b[k * 3 + (i % 3)]!, 0),
  );
const apply = (r: number[], p: number[]) =>
  [0, 1, 2].map((row) => r[row * 3]! * p[0]! + r[row * 3 + 1]! * p[1]! + r[row * 3 + 2]! * p[2]!);

const zeros = (length: number) => new Float32Array(length);

describe('FLAME', () => {
  it('gives the template for zero codes', () => {
    const got = vertices(zeros(100), zeros(50), zeros(6));
    for (const [i, value] of got.entries()) assert.ok(Math.abs(value - model.template[i]!) < 1e-6);
  });

  it('equals float64 skinning over all five joints within 1e-5 m', () => {
    for (const seed of [1, 2, 3]) {
      const [shape, exp] = [noise(100, seed), noise(50, seed + 9)];
      const pose = noise(6, seed + 20).map((v) => (seed === 3 ? 3.1 : 0.7) * v);
      const expected = reference(shape, exp, pose);
      const got = vertices(shape, exp, pose);
      const worst = got.reduce((most, value, i) => Math.max(most, Math.abs(value - expected[i]!)), 0);
      assert.ok(worst < 1e-5, `off by ${worst} m`);
    }
  });

  it('has the gradient of central differences in the expression', () => {
    const loss = (exp: tf.Tensor) =>
      flameForward(constants(), {
        shape: tf.zeros([1, 100]),
        exp,
        pose: tf.tensor2d([0.1, 0.2, 0, 0.3, 0, 0], [1, 6]),
      })
        .vertices.square()
        .sum();
    assertGradient(loss, noise(50, 8), [1, 50], { step: 1e-2 });
  });

  it('puts yaw into the contour bins of the table', () => {
    const yaw = (degrees: number) => contourBin([0, (degrees * Math.PI) / 180, 0, 0, 0, 0]) + 0;
    assert.deepEqual([0, 10, 39, 50, -10, -39, -50].map(yaw), [0, 10, 39, 39, 49, 78, 78]);
  });
});
