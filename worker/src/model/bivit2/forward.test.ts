import assert from 'node:assert/strict';
import { test } from 'node:test';
import { fillDropoutMasks } from '../../step/dropout-masks.js';
import { bivit2Sites } from '../../step/dropout-sites.js';
import { tf } from '../../tensor/tf.js';
import { assertGradient, noise } from '../../testing/finite-difference.js';
import { type BivitShape, bivitShapes } from '../bivit/shape.js';
import { countWeights, sizeOf } from '../parameter.js';
import { bivit2Forward } from './forward.js';
import { initBivit2 } from './init.js';
import { bivit2Parameters } from './parameters.js';

const shape: BivitShape = { ...bivitShapes.tiny, frames: 3, outputs: 130 };
const batch = 2;
const weights = initBivit2(shape, 1);
const params = Object.fromEntries([...weights].map(([name, { shape, data }]) => [name, tf.tensor(data, [...shape])]));
const names = Object.keys(params);
const afnShape = [batch, 3, 27, shape.auWidth];
const globalShape = [batch, 3, shape.globalWidth];
const afn = noise(sizeOf(afnShape), 3);
const global = noise(sizeOf(globalShape), 4);
const inputs = () => ({ afn: tf.tensor(afn, afnShape), global: tf.tensor(global, globalShape) });
const sites = bivit2Sites(shape);
const masks = fillDropoutMasks({ seed: 1, step: 1, firstIndex: 0, batch, rate: 0.1, sites });
const maskTensors = () =>
  Object.fromEntries(sites.map(({ name, shape }) => [name, tf.tensor(masks[name]!, [batch, ...shape])]));

test('the preset has 26,705,538 weights in 225 tensors, and other heads and windows differ by their own rows', () => {
  const count = (frames: number, outputs: number) =>
    countWeights(bivit2Parameters({ ...bivitShapes.legacy, frames, outputs }));
  assert.equal(bivit2Parameters({ ...bivitShapes.legacy, frames: 7, outputs: 130 }).length, 225);
  assert.deepEqual(
    [3, 7, 11].map((frames) => count(frames, 130)),
    [26_703_490, 26_705_538, 26_707_586],
  );
  assert.deepEqual(
    [127, 53, 50].map((outputs) => count(3, outputs)),
    [26_700_415, 26_624_565, 26_621_490],
  );
});

test('a batch gives the rows of its single sequences', () => {
  const together = tf.tidy(() => bivit2Forward(params, inputs(), shape, null).dataSync());
  for (let row = 0; row < batch; row++) {
    const one = (x: tf.Tensor) => x.slice([row], [1]);
    const alone = tf.tidy(() => {
      const { afn, global } = inputs();
      return bivit2Forward(params, { afn: one(afn), global: one(global) }, shape, null).dataSync();
    });
    for (const [i, value] of alone.entries()) assert.ok(Math.abs(value - together[row * 130 + i]!) < 1e-5);
  }
});

test('every weight tensor has a gradient, queries and keys of the cross attention too', () => {
  tf.tidy(() => {
    const loss = (...values: tf.Tensor[]) => {
      const p = Object.fromEntries(values.map((value, i) => [names[i]!, value]));
      return bivit2Forward(p, inputs(), shape, maskTensors()).square().sum().asScalar();
    };
    for (const [i, gradient] of tf
      .grads(loss)(names.map((name) => params[name]!))
      .entries()) {
      const values = gradient.dataSync();
      assert.ok(
        values.every((value) => Number.isFinite(value)),
        names[i],
      );
      assert.ok(
        values.some((value) => value !== 0),
        names[i],
      );
    }
  });
});

test('gradients equal central differences in both inputs and in each kind of weight', () => {
  const total = (codes: tf.Tensor) => codes.square().sum();
  const run = (p: typeof params, afn: tf.Tensor, global: tf.Tensor) =>
    total(bivit2Forward(p, { afn, global }, shape, maskTensors()));
  assertGradient((x) => run(params, x, inputs().global), afn, afnShape, { step: 1e-2 });
  assertGradient((x) => run(params, inputs().afn, x), global, globalShape, { step: 1e-2 });
  const kinds = [
    'vit.pos_embedding',
    'vit.au_embedding',
    'vit.embed.au.1.weight',
    'vit.transformer.layers.0.au.1.to_q.weight',
    'vit.transformer.layers.1.global.1.to_kv.weight',
    'vit.transformer.layers.1.au.2.net.4.weight',
    'vit.mlp_head.weight',
  ];
  for (const name of kinds) {
    const { shape: extents, data } = weights.get(name)!;
    assertGradient((x) => run({ ...params, [name]: x }, inputs().afn, inputs().global), data as Float32Array, extents, {
      step: 1e-2,
    });
  }
});
