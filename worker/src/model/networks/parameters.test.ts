import assert from 'node:assert/strict';
import { test } from 'node:test';
import { countWeights } from '../parameter.js';
import {
  auNetParameters,
  eFlameParameters,
  emotionNetParameters,
  identityNetParameters,
  isStatistic,
} from './parameters.js';
import { resNetShapes } from './resnet-shape.js';

const legacy = resNetShapes.legacy;
const weightsOf = (list: ReturnType<typeof eFlameParameters>) =>
  countWeights(list.filter(({ name }) => !isStatistic(name)));

test('the legacy networks have the known numbers of weights', () => {
  assert.equal(weightsOf(eFlameParameters(legacy)), 25_848_108);
  assert.equal(countWeights(eFlameParameters(legacy)) - 25_848_108, 53_120);
  assert.equal(weightsOf(emotionNetParameters(legacy)), 23_508_032);
  assert.equal(weightsOf(identityNetParameters(legacy)), 23_508_032);
  assert.equal(weightsOf(auNetParameters(legacy)), 23_508_032 + 1_050_112 + 27 * (512 * 512 + 512 + 1024));
});

test('names are those of the checkpoints', () => {
  const names = new Set(
    [...eFlameParameters(legacy), ...auNetParameters(legacy), ...identityNetParameters(legacy)].map(({ name }) => name),
  );
  for (const name of [
    'encoder.conv1.weight',
    'encoder.layer1.0.downsample.1.running_var',
    'encoder.layer3.5.conv3.weight',
    'layers.2.bias',
    'backbone.layer4.2.bn3.weight',
    'global_linear.fc.weight',
    'head.main_class_linears.26.bn.running_mean',
    'layer4.0.downsample.0.weight',
  ]) {
    assert.ok(names.has(name), name);
  }
});
