import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { lossWeights } from '@auseq/configs/schema';
import { tf } from '../tensor/tf.js';
import { assertGradient, noise } from '../testing/finite-difference.js';
import { auFeatureLoss } from './au-feature.js';
import { composeLosses, weightKeys } from './compose.js';
import { expressionFeatureLoss } from './expression-feature.js';
import { eyeDistanceLoss } from './eye-distance.js';
import { identityLoss } from './identity.js';
import { landmarkLoss } from './landmark.js';
import { landmarkDecaLoss } from './landmark-deca.js';
import { landmarkDenseLoss } from './landmark-dense.js';
import { lipDistanceLoss } from './lip-distance.js';
import { photometricLoss } from './photometric.js';
import { regExpLoss, regJawLoss, regLightLoss, regShapeLoss, regTexLoss } from './regularisers.js';
import { relativeLandmarkLoss } from './relative-landmark.js';

type Loss = (predicted: tf.Tensor, target: tf.Tensor) => tf.Scalar;

/** Points with visibility 1 in the third column. */
function targetPoints(count: number): tf.Tensor {
  const points = noise(2 * count * 3, 11);
  for (let i = 2; i < points.length; i += 3) points[i] = 1;
  return tf.tensor(points, [2, count, 3]);
}

describe('every loss has the gradient of central differences', () => {
  const pointLosses: [string, Loss, number][] = [
    ['landmark', landmarkLoss, 68],
    ['landmark of DECA', landmarkDecaLoss, 68],
    ['dense landmark', landmarkDenseLoss, 105],
    ['eye distance', eyeDistanceLoss, 105],
    ['lip distance', lipDistanceLoss, 105],
    ['relative landmark', relativeLandmarkLoss, 68],
  ];
  for (const [name, loss, count] of pointLosses) {
    it(name, () => {
      assertGradient((x) => loss(x, targetPoints(count)), noise(2 * count * 3, 2), [2, count, 3], {
        step: 1e-3,
        probes: 60,
      });
    });
  }
  const mask = () =>
    tf.tensor(
      noise(2 * 4 * 4 * 3, 4).map((v) => (v > 0 ? 2 : 1)),
      [2, 4, 4, 3],
    );
  const other = (shape: number[], seed: number) => tf.tensor(noise(tf.util.sizeFromShape(shape), seed), shape);
  const plain: [string, (x: tf.Tensor) => tf.Tensor, number[]][] = [
    ['photometric', (x) => photometricLoss(x, other([2, 4, 4, 3], 6), mask()), [2, 4, 4, 3]],
    ['AU feature', (x) => auFeatureLoss(x, other([2, 3, 5], 6)), [2, 3, 5]],
    ['expression feature', (x) => expressionFeatureLoss(x, other([2, 9], 6)), [2, 9]],
    ['identity', (x) => identityLoss(x, other([2, 9], 6)), [2, 9]],
    ['expression regulariser', regExpLoss, [2, 5]],
    ['texture regulariser', regTexLoss, [2, 5]],
    ['shape regulariser', regShapeLoss, [2, 5]],
    ['jaw regulariser', regJawLoss, [2, 6]],
    ['light regulariser', regLightLoss, [2, 9, 3]],
  ];
  for (const [name, loss, shape] of plain) {
    it(name, () => assertGradient(loss, noise(tf.util.sizeFromShape(shape), 3), shape));
  }
});

describe('values', () => {
  it('a landmark off by (dx, dy) at one contour point costs k(|dx|+|dy|) / 2 sum k', () => {
    const target = new Float32Array(68 * 3);
    for (let i = 2; i < target.length; i += 3) target[i] = 1;
    const predicted = Float32Array.from(target);
    predicted[5 * 3] = 0.1;
    predicted[5 * 3 + 1] = -0.2;
    const value = landmarkLoss(tf.tensor(predicted, [1, 68, 3]), tf.tensor(target, [1, 68, 3])).dataSync()[0]!;
    assert.ok(Math.abs(value - (3 * 0.3) / (2 * (13 * 1.5 + 4 * 3))) < 1e-7);
  });

  it('targets stay as they were', () => {
    const target = targetPoints(68);
    const before = target.dataSync().slice();
    landmarkLoss(tf.zeros([2, 68, 3]), target);
    landmarkDecaLoss(tf.zeros([2, 68, 3]), target);
    assert.deepEqual(target.dataSync(), before);
  });

  it('a batch costs the mean of its sequences', () => {
    const [predicted, target] = [tf.tensor(noise(2 * 68 * 3, 5), [2, 68, 3]), targetPoints(68)];
    const row = (x: tf.Tensor, index: number) => x.slice([index, 0, 0], [1, 68, 3]);
    for (const loss of [landmarkLoss, relativeLandmarkLoss]) {
      const both = loss(predicted, target).dataSync()[0]!;
      const each = [0, 1].map((index) => loss(row(predicted, index), row(target, index)).dataSync()[0]!);
      assert.ok(Math.abs(both - (each[0]! + each[1]!) / 2) < 1e-6);
    }
  });

  it('the sum weighs each loss by its own key', () => {
    const weights = lossWeights.parse({});
    for (const [name, key] of Object.entries(weightKeys)) {
      const { total } = composeLosses({ [name]: tf.scalar(2) }, weights);
      assert.ok(Math.abs(total.dataSync()[0]! - 2 * Number(weights[key])) < 1e-6, name);
    }
  });
});
