import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { lossWeights } from '@auseq/configs/schema';
import { denseIndices } from '../assets/standin/dense-indices.js';
import { tf } from '../tensor/tf.js';
import { assertGradient, noise } from '../testing/finite-difference.js';
import { auDistanceLoss, distanceSets } from './au-distance.js';
import { auFeatureLoss } from './au-feature.js';
import { auLandmarkLoss } from './au-landmark.js';
import { auRegions } from './au-regions.js';
import { auScoreLoss } from './au-score.js';
import { composeLosses, needsAuScores, weightKeys, weightOf } from './compose.js';
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

/** AU scores of two pictures: every region is fired by one of them, some by both. */
function someScores(): tf.Tensor {
  return tf.tensor(
    noise(2 * 41, 12).map((value, i) => (i % 3 === 0 ? 0.5 : Math.abs(value))),
    [2, 41],
  );
}

describe('every loss has the gradient of central differences', () => {
  const pointLosses: [string, Loss, number][] = [
    ['landmark', landmarkLoss, 68],
    ['landmark of DECA', landmarkDecaLoss, 68],
    ['dense landmark', landmarkDenseLoss, 105],
    ['eye distance', eyeDistanceLoss, 105],
    ['lip distance', lipDistanceLoss, 105],
    ['relative landmark', relativeLandmarkLoss, 68],
    ['AU landmark', (a, b) => auLandmarkLoss(a, b, someScores()), 105],
    ['AU distance', (a, b) => auDistanceLoss(a, b, someScores()), 105],
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
    ['AU score', (x) => auScoreLoss(x, other([2, 41], 6)), [2, 41]],
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

  it('AU losses see the regions that the real picture fires, and nothing where it fires none', () => {
    const scores = (...fired: number[]) =>
      tf.tensor(
        Float32Array.from({ length: 41 }, (_, i) => (fired.includes(i) ? 0.5 : 0.49)),
        [1, 41],
      );
    const target = tf.tensor(
      Float32Array.from({ length: 315 }, (_, i) => (i % 3 === 2 ? 1 : 0)),
      [1, 105, 3],
    );
    /** Only the points of one region are off. */
    const off = (points: readonly number[]) =>
      tf.tensor(
        Float32Array.from({ length: 315 }, (_, i) => (points.includes(Math.floor(i / 3)) ? 0.1 : 0)),
        [1, 105, 3],
      );
    for (const { scores: own, points } of auRegions) {
      assert.ok(points.every((point) => point >= 0 && point < 105));
      for (const score of own) {
        const value = auLandmarkLoss(off(points), target, scores(score)).dataSync()[0]!;
        const alone = auRegions.filter(({ scores: all }) => all.includes(score)).length === 1;
        // All its points are off by 0.1 on both axes; a region fired beside it is not off and takes its share.
        assert.ok(alone ? Math.abs(value - 0.1) < 1e-6 : value > 0 && value < 0.1, `${score}: ${value}`);
      }
      assert.equal(auLandmarkLoss(off(points), target, scores()).dataSync()[0], 0);
    }
    // A fired nose alone: every point weighs the same, so one point off by (0.1, 0.1) is a thirteenth of all.
    const nose = auLandmarkLoss(off([52]), target, scores(25)).dataSync()[0]!;
    assert.ok(Math.abs(nose - 0.1 / 13) < 1e-7, String(nose));
    // The points of a fired mouth: an outer one weighs a fifth of an inner one.
    const ring = (index: number) =>
      auLandmarkLoss(off([denseIndices.indexOf(index)]), target, scores(20)).dataSync()[0]!;
    assert.ok(Math.abs(ring(13) / ring(0) - 5) < 1e-5);

    assert.equal(distanceSets.length, 12);
    for (const { scores: own, pairs } of distanceSets) {
      assert.ok(pairs.flat().every((point) => point >= 0 && point < 105));
      const apart = tf.tensor(
        Float32Array.from({ length: 315 }, (_, i) => (i % 3 === 0 && Math.floor(i / 3) === pairs[0]![0] ? 0.12 : 0)),
        [1, 105, 3],
      );
      assert.ok(auDistanceLoss(apart, target, scores(own[0]!)).dataSync()[0]! > 0);
      assert.equal(auDistanceLoss(apart, target, scores()).dataSync()[0], 0);
    }
  });

  it('AU scores are only needed where a loss asks for them', () => {
    const weights = lossWeights.parse({});
    assert.equal(needsAuScores(weights), false);
    assert.equal(needsAuScores({ ...weights, au_dist: 1 }), true);
    assert.equal(weightOf('au_landmark', { ...weights, au_lmk: 2, mainAU: 0.75 }), 1.5);
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
      const scale = { au_landmark: 0.5, au_distance: 0.25 }[name] ?? 1;
      const { total } = composeLosses({ [name]: tf.scalar(2) }, { ...weights, [key]: 3 });
      assert.ok(Math.abs(total.dataSync()[0]! - 6 * scale) < 1e-6, name);
      const off = composeLosses({ [name]: tf.scalar(2) }, { ...weights, [key]: 0 });
      assert.equal(off.total.dataSync()[0], 0, name);
    }
  });
});
