import assert from 'node:assert/strict';
import { test } from 'node:test';
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
