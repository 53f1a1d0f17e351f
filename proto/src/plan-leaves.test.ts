import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import fc from 'fast-check';
import { ownerOf, planLeaves, planSubtrees } from './plan-leaves.js';

const sizes = fc.record({ leaves: fc.integer({ min: 1, max: 64 }), members: fc.integer({ min: 1, max: 20 }) });

describe('the plan of leaves (PROTOCOL 1)', () => {
  it('gives every leaf to one member, in contiguous ranges that differ by at most one', () => {
    fc.assert(
      fc.property(sizes, ({ leaves, members }) => {
        const plan = planLeaves(leaves, members);
        assert.equal(plan.length, members);
        assert.equal(plan[0]!.start, 0);
        assert.equal(plan.at(-1)!.end, leaves);
        for (const [rank, { start }] of plan.entries()) if (rank > 0) assert.equal(start, plan[rank - 1]!.end);
        const lengths = plan.map(({ start, end }) => end - start);
        assert.ok(Math.max(...lengths) - Math.min(...lengths) <= 1);
        for (let leaf = 0; leaf < leaves; leaf++) {
          const { start, end } = plan[ownerOf(plan, leaf)]!;
          assert.ok(start <= leaf && leaf < end);
        }
      }),
    );
  });

  it('puts borders where few subtrees are cut', () => {
    assert.deepEqual(planLeaves(8, 2).map(planSubtrees), [[{ start: 0, size: 4 }], [{ start: 4, size: 4 }]]);
    const cut = planLeaves(8, 3).flatMap(planSubtrees);
    assert.equal(cut.length, 5);
  });

  it('cuts a range into aligned subtrees, as large as possible', () => {
    const ends = fc.tuple(fc.nat(60), fc.nat(60));
    fc.assert(
      fc.property(ends, ([a, b]) => {
        const range = { start: Math.min(a, b), end: Math.max(a, b) };
        let at = range.start;
        for (const { start, size } of planSubtrees(range)) {
          assert.equal(start, at);
          assert.equal(start % size, 0);
          assert.ok(start % (size * 2) !== 0 || start + size * 2 > range.end, 'a larger one would fit');
          at += size;
        }
        assert.equal(at, range.end);
      }),
    );
  });
});
