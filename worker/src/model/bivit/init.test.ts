import assert from 'node:assert/strict';
import { test } from 'node:test';
import { initBivit } from './init.js';
import { bivitParameters, bivitShapes } from './shape.js';

const weights = initBivit(bivitShapes.tiny, 5);
const data = (name: string) => weights.get(name)!.data;
const deviation = (values: ArrayLike<number>) =>
  Math.sqrt(Array.from(values).reduce((sum, value) => sum + value * value, 0) / values.length);

test('every parameter is there, in order, with its shape', () => {
  const parameters = bivitParameters(bivitShapes.tiny);
  assert.deepEqual(
    [...weights.keys()],
    parameters.map(({ name }) => name),
  );
  for (const { name, shape } of parameters) assert.deepEqual(weights.get(name)!.shape, shape);
});

test('linear layers fill U(-1/sqrt(fan in), 1/sqrt(fan in)), weight and bias', () => {
  const bound = 1 / Math.sqrt(27 * 16);
  const weight = data('vit.to_patch_embedding.2.weight');
  assert.ok(weight.every((value) => Math.abs(value) <= bound));
  assert.ok(Math.max(...weight) > 0.99 * bound && Math.min(...weight) < -0.99 * bound);
  assert.ok(Math.abs(deviation(weight) / (bound / Math.sqrt(3)) - 1) < 0.02);
  const bias = data('vit.to_patch_embedding.2.bias');
  assert.ok(bias.every((value) => Math.abs(value) <= bound) && deviation(bias) > 0.3 * bound);
});

test('norms are 1 and 0, tokens unit normal, the head Xavier uniform', () => {
  assert.ok(data('vit.transformer.norm.weight').every((value) => value === 1));
  assert.ok(data('vit.transformer.layers.1.2.net.0.bias').every((value) => value === 0));
  assert.ok(Math.abs(deviation(data('vit.pos_embedding')) - 1) < 0.2);
  const bound = Math.sqrt(6 / (127 + 32));
  const head = data('vit.mlp_head.weight');
  assert.ok(Math.max(...head) > 0.99 * bound && Math.max(...head) <= bound);
});

test('the seed decides every bit', () => {
  assert.deepEqual(initBivit(bivitShapes.tiny, 5), weights);
  assert.notDeepEqual(initBivit(bivitShapes.tiny, 6).get('vit.cls_token'), weights.get('vit.cls_token'));
});
