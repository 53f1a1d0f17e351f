import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { legacySlips } from '@auseq/configs/legacy-slips';
import { lossWeights } from '@auseq/configs/schema';
import { maskOf } from '../data/decode-frame.js';
import { tf } from '../tensor/tf.js';
import { composeLosses, weightOf } from './compose.js';
import { contourWeights } from './landmark.js';
import { landmarkDecaLoss } from './landmark-deca.js';
import { lipDistanceLoss } from './lip-distance.js';
import { compoundTarget } from './weighted-l1.js';

const value = (x: tf.Tensor) => x.dataSync()[0]!;
const fixed = legacySlips.parse({});

describe('legacy slips, both ways (model-facts §0.7)', () => {
  it('1: AUFLoss has its own weight, or that of expression where it is on', () => {
    const weights = lossWeights.parse({ AUFLoss: 2, expression: 7 });
    const slip = { ...fixed, au_feature_weight: true };
    const total = (slips: typeof fixed) => value(composeLosses({ AUFLoss: tf.scalar(3) }, weights, slips).total);
    assert.deepEqual([total(fixed), total(slip)], [6, 21]);
    assert.equal(weightOf('AUFLoss', { ...weights, AUFLoss: 0 }, slip), 0);
  });

  it('2: a second landmark loss sees the target as it was, or with the weights of the first in it', () => {
    const predicted = tf.ones([1, 68, 3]);
    const target = tf.concat([tf.zeros([1, 68, 2]), tf.ones([1, 68, 1])], 2);
    assert.equal(value(landmarkDecaLoss(predicted, target)), 1);
    // The contour's weights are 0 on the inner points, so nothing is left of the second loss.
    assert.equal(value(landmarkDecaLoss(predicted, compoundTarget(target, contourWeights))), 0);
    assert.equal(value(compoundTarget(target, contourWeights).slice([0, 5, 2], [1, 1, 1])), 3);
  });

  it('4: a small mask is scaled, or its values are repeated; a large one is scaled, or cut', () => {
    const small = { shape: [2, 2], data: Uint8Array.of(0, 1, 4, 1) };
    assert.deepEqual([...maskOf(small, 4, 'x')], [0, 0, 1, 1, 0, 0, 1, 1, 2, 2, 1, 1, 2, 2, 1, 1]);
    assert.deepEqual([...maskOf(small, 4, 'x', 'repeat')], [0, 1, 2, 1, 0, 1, 2, 1, 0, 1, 2, 1, 0, 1, 2, 1]);
    const large = { shape: [3, 3], data: Uint8Array.of(0, 1, 4, 1, 0, 0, 0, 0, 1) };
    assert.deepEqual([...maskOf(large, 2, 'x', 'repeat')], [0, 1, 2, 1]);
  });

  it('10: the first lip pair ends on the lip, or on the nose', () => {
    const at = (point: number) =>
      tf.tensor(
        Array.from({ length: 105 * 3 }, (_, i) => (i === 3 * point ? 1 : 0)),
        [1, 105, 3],
      );
    const zero = tf.zeros([1, 105, 3]);
    const shift = (point: number, slip: boolean) => value(lipDistanceLoss(at(point), zero, slip)) > 0.01;
    assert.deepEqual([shift(68, false), shift(61, false)], [true, false]);
    assert.deepEqual([shift(68, true), shift(61, true)], [false, true]);
  });
});
