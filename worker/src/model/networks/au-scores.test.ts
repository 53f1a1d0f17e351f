import assert from 'node:assert/strict';
import { test } from 'node:test';
import { AuseqError } from '@auseq/proto/errors';
import type { AssetBundle, HostArray, WeightMap } from '../../assets/types.js';
import { tf } from '../../tensor/tf.js';
import { assertGradient, noise } from '../../testing/finite-difference.js';
import { auScoreConstants, auScoreParameters, auScores } from './au-scores.js';
import { resNetShapes } from './resnet-shape.js';

const shape = resNetShapes.tiny;
const width = shape.auWidth;
const weights = new Map<string, HostArray>(
  auScoreParameters(shape).map(({ name, shape: extents }, i) => [
    name,
    { shape: extents, data: noise(extents[0]! * extents[1]!, 3 + i) },
  ]),
);
const assetsWith = (found: WeightMap, kind: AssetBundle['kind'] = 'licensed') => ({ kind, network: () => found });
const constants = () => {
  const { shape: extents, data } = auScoreConstants(assetsWith(weights), shape)['score/vectors']!;
  return { 'score/vectors': tf.tensor(data, [...extents]) };
};

/** Vectors [1,27,A] as AUNet gives them: not negative, of length 1. */
function unit(values: Float32Array): Float32Array {
  const out = values.map((value) => Math.max(0, value));
  for (let start = 0; start < out.length; start += width) {
    const row = out.subarray(start, start + width);
    const length = Math.sqrt(row.reduce((sum, value) => sum + value * value, 0));
    row.set(row.map((value) => value / length));
  }
  return out;
}

test('41 scores are cosines of rectified vectors; the halves read the vector of their AU', () => {
  const vectors = unit(noise(27 * width, 8));
  const scores = tf.tidy(() => auScores(constants(), tf.tensor(vectors, [1, 27, width])).dataSync());
  assert.equal(scores.length, 41);
  const halves = [0, 0, 1, 1, 2, 2, 4, 4, 7, 7, 8, 8, 11, 11];
  for (const [i, score] of scores.entries()) {
    const [au, name, row] = i < 27 ? [i, 'head.main_sc', i] : [halves[i - 27]!, 'head.sub_sc', i - 27];
    let dot = 0;
    let squares = 0;
    for (let c = 0; c < width; c++) {
      const learned = Math.max(0, weights.get(name)!.data[row * width + c]!);
      dot += learned * vectors[au * width + c]!;
      squares += learned * learned;
    }
    assert.ok(Math.abs(score - dot / Math.sqrt(squares)) < 1e-6, `score ${i}`);
    assert.ok(score >= 0 && score <= 1 + 1e-6);
  }
});

test('scores have the gradient of central differences', () => {
  const x = unit(noise(27 * width, 9));
  assertGradient((v) => auScores(constants(), v).square().sum(), x, [1, 27, width]);
});

test('licensed assets without score vectors are a coded error, stand-ins get seeded ones', () => {
  assert.throws(
    () => auScoreConstants(assetsWith(new Map()), shape),
    (error) => error instanceof AuseqError && error.code === 'AU_ASSETS_INVALID',
  );
  const seeded = auScoreConstants(assetsWith(new Map(), 'stand-in'), shape)['score/vectors']!;
  assert.deepEqual(seeded.shape, [41, width]);
  assert.deepEqual(auScoreConstants(assetsWith(new Map(), 'stand-in'), shape)['score/vectors'], seeded);
});
