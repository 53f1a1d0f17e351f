import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { planSubtrees } from '@auseq/proto/plan-leaves';
import fc from 'fast-check';
import { planWork } from './plan-work.js';

const range = fc
  .record({ start: fc.nat(20), length: fc.nat(20) })
  .map(({ start, length }) => ({ start, end: start + length }));

describe('what is left of a step where the membership changes (PROTOCOL 9)', () => {
  it('is each leaf of the new range once, held or to compute', () => {
    fc.assert(
      fc.property(range, range, (own, before) => {
        const held = planSubtrees(before);
        let at = own.start;
        for (const { subtree, isHeld } of planWork(own, held)) {
          assert.equal(subtree.start, at);
          assert.ok(isHeld ? held.includes(subtree) : subtree.size === 1);
          at += subtree.size;
        }
        assert.equal(at, own.end);
      }),
    );
  });

  it('is only the leaves of the lost where a range grows', () => {
    const computed = planWork({ start: 0, end: 8 }, planSubtrees({ start: 2, end: 6 }))
      .filter(({ isHeld }) => !isHeld)
      .map(({ subtree }) => subtree.start);
    assert.deepEqual(computed, [0, 1, 6, 7]);
  });
});
