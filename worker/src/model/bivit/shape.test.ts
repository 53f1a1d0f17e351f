import assert from 'node:assert/strict';
import { test } from 'node:test';
import { headSize } from '@auseq/configs/heads';
import { countWeights } from '../parameter.js';
import { bivitParameters, bivitShapes } from './shape.js';

test('the legacy shape has 116 tensors and 20,841,599 weights', () => {
  const parameters = bivitParameters(bivitShapes.legacy);
  assert.equal(parameters.length, 116);
  assert.equal(countWeights(parameters), 20_841_599);
});

test('the order is that of the optimiser in model.tar', () => {
  const names = bivitParameters(bivitShapes.legacy).map(({ name }) => name);
  assert.deepEqual(names.slice(0, 5), [
    'vit.pos_embedding',
    'vit.cls_token',
    'vit.FC_glob.weight',
    'vit.FC_glob.bias',
    'vit.to_patch_embedding.1.weight',
  ]);
  assert.deepEqual(names.slice(12, 16), [
    'vit.transformer.layers.0.0.norm.weight',
    'vit.transformer.layers.0.0.norm.bias',
    'vit.transformer.layers.0.0.to_qkv.weight',
    'vit.transformer.layers.0.0.to_out.0.weight',
  ]);
  assert.deepEqual(names.slice(-2), ['vit.mlp_head.weight', 'vit.mlp_head.bias']);
  assert.equal(new Set(names).size, 116);
});

test('heads and windows have their own rows of weights', () => {
  const count = (outputs: number, frames: number) =>
    countWeights(bivitParameters({ ...bivitShapes.legacy, outputs, frames }));
  const heads = (['OnlyE', 'EandJT', 'EandJ', 'exp-only'] as const).map(headSize);
  assert.deepEqual(heads, [127, 130, 53, 50]);
  assert.deepEqual(
    heads.map((outputs) => count(outputs, 3)),
    [20_841_599, 20_843_138, 20_803_637, 20_802_098],
  );
  assert.deepEqual(
    [7, 11].map((frames) => count(127, frames)),
    [20_843_647, 20_845_695],
  );
});
