import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { createAuScorer, mainAus } from './au-scores.js';

const width = 2;
const vectors = (each: (au: number) => number[]) => Float32Array.from(mainAus.flatMap((_, au) => each(au)));

describe('createAuScorer', () => {
  it('compares with the first seen frame where there is no classifier', () => {
    const scorer = createAuScorer(new Map());
    assert.equal(scorer.method, 'similarity');
    assert.equal(scorer.columns.length, 27);
    const scores = scorer.score(
      vectors((au) => (au === 3 ? [0, 2] : [3, 0])),
      vectors(() => [1, 0]),
    );
    assert.deepEqual(
      [...scores],
      mainAus.map((_, au) => (au === 3 ? 0 : 1)),
    );
  });

  it('reads the classifier where there is one: negative class values do not count, sides reuse the main vector', () => {
    const main = { shape: [27, width], data: vectors((au) => (au === 0 ? [-1, 1] : [1, 0])) };
    const sub = { shape: [14, width], data: Float32Array.from({ length: 28 }, (_, i) => (i === 0 ? 1 : i % 2)) };
    const scorer = createAuScorer(
      new Map([
        ['head.main_sc', main],
        ['head.sub_sc', sub],
      ]),
    );
    assert.equal(scorer.method, 'classifier');
    assert.equal(scorer.columns.length, 41);
    assert.deepEqual(scorer.columns.slice(27, 31), ['AU1L', 'AU1R', 'AU2L', 'AU2R']);
    const feature = vectors(() => [0, 1]);
    const scores = scorer.score(feature, feature);
    assert.equal(scores[0], 1);
    assert.equal(scores[1], 0);
    assert.ok(Math.abs(scores[27]! - Math.SQRT1_2) < 1e-6);
    assert.equal(scores[28], 1);
  });
});
