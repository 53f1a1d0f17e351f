import assert from 'node:assert/strict';
import { test } from 'node:test';
import { fillDropoutMasks } from '../../step/dropout-masks.js';
import { dropoutSites } from '../../step/dropout-sites.js';
import { tf } from '../../tensor/tf.js';
import { uniformArray } from '../random-arrays.js';
import { bivit64 } from './bivit64.js';
import { bivitForward } from './forward.js';
import { initBivit } from './init.js';
import { bivitShapes } from './shape.js';

const shape = bivitShapes.tiny;
const batch = 2;
const afnSize = 3 * 27 * shape.auWidth;
const globalSize = 3 * shape.globalWidth;
const weights = initBivit(shape, 1);
const afn = uniformArray({ a: 1, b: 2 }, batch * afnSize, 1);
const global = uniformArray({ a: 3, b: 4 }, batch * globalSize, 1);
const sites = dropoutSites(shape);
const masks = fillDropoutMasks({ seed: 1, step: 1, firstIndex: 0, batch, rate: 0.1, sites });

const params = Object.fromEntries([...weights].map(([name, { shape, data }]) => [name, tf.tensor(data, [...shape])]));
const names = Object.keys(params);
const rowMasks = (row: number) =>
  Object.fromEntries(
    Object.entries(masks).map(([site, mask]) => {
      const size = mask.length / batch;
      return [site, mask.subarray(row * size, (row + 1) * size)];
    }),
  );
const inputsOf = (rows: number, from = 0) => ({
  afn: tf.tensor(afn.slice(from * afnSize, (from + rows) * afnSize), [rows, 3, 27, shape.auWidth]),
  global: tf.tensor(global.slice(from * globalSize, (from + rows) * globalSize), [rows, 3, shape.globalWidth]),
});
const maskTensors = () =>
  Object.fromEntries(sites.map(({ name, shape }) => [name, tf.tensor(masks[name]!, [batch, ...shape])]));

function assertClose(actual: ArrayLike<number>, expected: ArrayLike<number>, tolerance: number): void {
  const scale = Math.max(...Array.from(expected, Math.abs));
  for (let i = 0; i < expected.length; i++) {
    assert.ok(Math.abs(actual[i]! - expected[i]!) <= tolerance * scale, `${i}: ${actual[i]} against ${expected[i]}`);
  }
}

test('equals the float64 reference, without and with dropout', () => {
  const plain = tf.tidy(() => bivitForward(params, inputsOf(batch), shape, null).dataSync());
  const dropped = tf.tidy(() => bivitForward(params, inputsOf(batch), shape, maskTensors()).dataSync());
  for (let row = 0; row < batch; row++) {
    const [a, g] = [
      afn.subarray(row * afnSize, (row + 1) * afnSize),
      global.subarray(row * globalSize, (row + 1) * globalSize),
    ];
    assertClose(plain.subarray(row * 127, (row + 1) * 127), bivit64(weights, a, g, shape), 1e-5);
    assertClose(dropped.subarray(row * 127, (row + 1) * 127), bivit64(weights, a, g, shape, rowMasks(row)), 1e-5);
  }
});

test('a batch gives the rows of its single sequences', () => {
  const together = tf.tidy(() => bivitForward(params, inputsOf(batch), shape, null).dataSync());
  for (let row = 0; row < batch; row++) {
    const alone = tf.tidy(() => bivitForward(params, inputsOf(1, row), shape, null).dataSync());
    assertClose(together.subarray(row * 127, (row + 1) * 127), alone, 1e-6);
  }
});

function gradients(): Map<string, Float32Array> {
  let found = new Map<string, Float32Array>();
  tf.tidy(() => {
    const loss = (...values: tf.Tensor[]) => {
      const p = Object.fromEntries(values.map((value, i) => [names[i]!, value]));
      return bivitForward(p, inputsOf(batch), shape, maskTensors()).square().sum().asScalar();
    };
    const all = tf.grads(loss)(names.map((name) => params[name]!));
    found = new Map(all.map((gradient, i) => [names[i]!, gradient.dataSync() as Float32Array]));
  });
  return found;
}

test('every tensor has a gradient; queries and keys of the single-key cross attention get exactly zero', () => {
  const found = gradients();
  assert.equal(found.size, weights.size);
  for (const [name, gradient] of found) {
    const inner = shape.heads * shape.headWidth * shape.width;
    const silent = name.endsWith('.1.to_q.weight')
      ? gradient
      : name.endsWith('.1.to_kv.weight')
        ? gradient.subarray(0, inner)
        : null;
    if (silent)
      assert.ok(
        silent.every((value) => value === 0),
        name,
      );
    if (silent !== gradient)
      assert.ok(
        gradient.some((value) => value !== 0),
        name,
      );
  }
});

test('gradients equal finite differences of the float64 reference', () => {
  const found = gradients();
  const loss = () => {
    let sum = 0;
    for (let row = 0; row < batch; row++) {
      const [a, g] = [
        afn.subarray(row * afnSize, (row + 1) * afnSize),
        global.subarray(row * globalSize, (row + 1) * globalSize),
      ];
      for (const value of bivit64(weights, a, g, shape, rowMasks(row))) sum += value * value;
    }
    return sum;
  };
  const picked = [
    'vit.pos_embedding',
    'vit.FC_glob.weight',
    'vit.to_patch_embedding.1.weight',
    'vit.to_patch_embedding.2.weight',
    'vit.transformer.layers.0.0.to_qkv.weight',
    'vit.transformer.layers.0.1.norm.weight',
    'vit.transformer.layers.1.1.to_kv.weight',
    'vit.transformer.layers.1.2.net.1.bias',
    'vit.mlp_head.weight',
  ];
  for (const name of picked) {
    const data = weights.get(name)!.data as Float32Array;
    const gradient = found.get(name)!;
    // The largest entry: there the difference is far above rounding.
    const index = gradient.reduce((best, value, i) => (Math.abs(value) > Math.abs(gradient[best]!) ? i : best), 0);
    const kept = data[index]!;
    const step = 1e-3;
    data[index] = kept + step;
    const [above, high] = [loss(), data[index]!];
    data[index] = kept - step;
    const [below, low] = [loss(), data[index]!];
    data[index] = kept;
    const expected = (above - below) / (high - low);
    assert.ok(
      Math.abs(gradient[index]! - expected) < 2e-3 * Math.abs(expected),
      `${name}: ${gradient[index]} against ${expected}`,
    );
  }
});
