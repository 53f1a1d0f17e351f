import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { type LeafRange, planLeaves } from '@auseq/proto/plan-leaves';
import fc from 'fast-check';
import { collectorOf, hostSubtrees, planBuckets, ranksOn } from './plan-reduce.js';

const group = fc
  .record({ leaves: fc.integer({ min: 1, max: 40 }), names: fc.array(fc.nat(3), { minLength: 1, maxLength: 9 }) })
  .map(({ leaves, names }) => ({ plan: planLeaves(leaves, names.length), hosts: names.map(String), leaves }));

const leavesOf = (ranges: readonly LeafRange[]) =>
  ranges.flatMap(({ start, end }) => Array.from({ length: end - start }, (_, index) => start + index));

describe('the plan of a sum', () => {
  it('has each element in one bucket of one owner, all owners first with their first ones', () => {
    const sizes = fc.record({
      length: fc.nat(500),
      members: fc.integer({ min: 1, max: 9 }),
      largest: fc.integer({ min: 1, max: 90 }),
    });
    fc.assert(
      fc.property(sizes, ({ length, members, largest }) => {
        const buckets = planBuckets(length, members, largest);
        const inOrder = [...buckets].sort((one, other) => one.start - other.start);
        let at = 0;
        for (const { start, end } of inOrder) {
          assert.equal(start, at);
          assert.ok(end > start && end - start <= largest);
          at = end;
        }
        assert.equal(at, length);
        const indexes = buckets.map(({ index }) => index);
        assert.deepEqual(
          indexes,
          [...indexes].sort((one, other) => one - other),
        );
      }),
    );
  });

  it('lets the hosts add up each leaf once, in aligned subtrees', () => {
    fc.assert(
      fc.property(group, ({ plan, hosts, leaves }) => {
        const seen = [...new Set(hosts)].flatMap((host) => {
          const subtrees = hostSubtrees(plan, hosts, host);
          for (const { start, size } of subtrees) assert.equal(start % size, 0);
          const own = ranksOn(hosts, host).flatMap((rank) => leavesOf([plan[rank]!]));
          const added = leavesOf(subtrees.map(({ start, size }) => ({ start, end: start + size })));
          assert.deepEqual(
            added,
            own.sort((one, other) => one - other),
          );
          return added;
        });
        assert.equal(seen.length, leaves);
      }),
    );
  });

  it('has the owner collect on its own host, and others by turns on theirs', () => {
    const hosts = ['a', 'a', 'b', 'b', 'b'];
    const on = (host: string) => [0, 1, 2].map((index) => collectorOf(hosts, { owner: 1, index }, host));
    assert.deepEqual(on('a'), [1, 1, 1]);
    assert.deepEqual(on('b'), [3, 4, 2]);
  });

  it('sends fewer sums where hosts add up first', () => {
    const plan = planLeaves(16, 8);
    const hosts = ['a', 'a', 'a', 'a', 'b', 'b', 'b', 'b'];
    assert.deepEqual(hostSubtrees(plan, hosts, 'b'), [{ start: 8, size: 8 }]);
  });
});
