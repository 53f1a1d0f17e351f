import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { planGaps, windowOf } from './plan-gaps.js';

const seen = (pattern: string) => [...pattern].map((letter) => letter === 'x');
const states = (pattern: string, longest?: number) =>
  planGaps(seen(pattern), longest)
    .map(({ state }) => state[0])
    .join('');

describe('planGaps', () => {
  it('fills short gaps between seen frames and nothing else', () => {
    assert.equal(states('xx..xx'), 'ooiioo');
    assert.equal(states('..xx..'), 'llooll');
    assert.equal(states('......'), 'llllll');
    assert.equal(states(''), '');
  });

  it('fills exactly five frames by default, not six', () => {
    assert.equal(states('x.....x'), 'oiiiiio');
    assert.equal(states('x......x'), 'ollllllo');
    assert.equal(states('x..x', 1), 'ollo');
  });

  it('gives each filled frame its place between its two seen neighbours', () => {
    assert.deepEqual(planGaps(seen('x...x')).slice(1, 4), [
      { state: 'interpolated', before: 0, after: 4, share: 0.25 },
      { state: 'interpolated', before: 0, after: 4, share: 0.5 },
      { state: 'interpolated', before: 0, after: 4, share: 0.75 },
    ]);
  });
});

describe('windowOf', () => {
  it('repeats the frame at the ends and at gaps', () => {
    const plans = planGaps(seen('xxx.xx'));
    assert.deepEqual(
      [0, 1, 2, 4, 5].map((frame) => windowOf(plans, frame)),
      [
        [0, 0, 1],
        [0, 1, 2],
        [1, 2, 2],
        [4, 4, 5],
        [4, 5, 5],
      ],
    );
  });
});
