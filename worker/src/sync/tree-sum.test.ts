import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { planSubtrees } from '@auseq/proto/plan-leaves';
import fc from 'fast-check';
import { TreeSum } from './tree-sum.js';

/** Values whose sum depends on the order of adding. */
const values = fc.array(fc.float({ noNaN: true, min: -1e6, max: 1e6 }), { minLength: 1, maxLength: 40 });

/** Adds leaves within the ranges that the borders cut, then the ranges' subtrees: as members do. */
function sumIn(leaves: readonly number[], borders: readonly number[]): number {
  const whole = new TreeSum();
  const ends = [...borders, leaves.length];
  let start = 0;
  for (const end of ends) {
    const member = new TreeSum();
    for (let leaf = start; leaf < end; leaf++) member.add({ start: leaf, size: 1 }, Float32Array.of(leaves[leaf]!));
    assert.deepEqual(
      member.subtrees().map(({ subtree }) => subtree),
      planSubtrees({ start, end }),
    );
    for (const { subtree, sum } of member.subtrees()) whole.add(subtree, sum);
    start = end;
  }
  return whole.total()[0]!;
}

describe('the sum along the tree', () => {
  it('has the same bits however the leaves are owned', () => {
    const cuts = fc.array(fc.nat(40), { maxLength: 6 });
    fc.assert(
      fc.property(values, cuts, (leaves, anywhere) => {
        const borders = anywhere.map((cut) => Math.min(cut, leaves.length)).sort((a, b) => a - b);
        assert.ok(Object.is(sumIn(leaves, borders), sumIn(leaves, [])));
      }),
    );
  });

  it('is the sum', () => {
    assert.equal(sumIn([1, 2, 3, 4, 5], [2, 2, 3]), 15);
  });

  it('refuses leaves that leave a gap', () => {
    const tree = new TreeSum();
    tree.add({ start: 0, size: 1 }, Float32Array.of(1));
    assert.throws(() => tree.add({ start: 3, size: 1 }, Float32Array.of(1)), /a gap/);
  });
});
