import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import type { CommitRecord, GenerationRecord } from '@auseq/proto/run-records';
import { decideEntry, type Membership } from './membership.js';

const record: GenerationRecord = {
  ...{ type: 'generation', run: 'trial', generation: 4, members: ['a', 'b', 'c'], continues: true, unhealed: ['c'] },
  ...{ baseStep: 10, baseDigest: 'ten', baseDrain: false, reason: 'c joins', time: '' },
};
const entered = (worker: string, joins = false, current: Membership | null = null) =>
  decideEntry({ current, joins, removedBy: null }, record, worker);
const seat = (generation: number) => {
  const entry = decideEntry({ current: null, joins: false, removedBy: null }, { ...record, generation }, 'b');
  assert.ok(entry.kind === 'entered');
  return entry.membership;
};

describe('a worker and a generation', () => {
  it('a member enters it, and knows who gives the state to whom', () => {
    const entry = entered('b', false, seat(3));
    assert.ok(entry.kind === 'entered');
    const { rank, unhealed, source, baseStep } = entry.membership;
    assert.deepEqual([rank, unhealed, source, baseStep], [1, [2], 0, 10]);
  });

  it('is entered once, and an older one never', () => {
    assert.equal(entered('b', false, seat(4)).kind, 'same');
    assert.equal(entered('b', false, seat(5)).kind, 'same');
  });

  it('one that is no member any more learns why, one that joins waits', () => {
    assert.deepEqual(entered('d', false, seat(3)), { kind: 'removed', reason: 'c joins' });
    assert.equal(entered('d', true).kind, 'same');
  });

  it('one that joins enters only as one that holds no state: an earlier process of its name may be meant', () => {
    assert.equal(entered('c', true).kind, 'entered');
    assert.equal(entered('a', true).kind, 'same');
  });

  it('one that was removed and lives enters a later one, with its state or without (PROTOCOL 14)', () => {
    const back = (worker: string, removedBy: number) =>
      decideEntry({ current: null, joins: true, removedBy }, record, worker).kind;
    assert.deepEqual([back('a', 3), back('c', 3), back('a', 4), back('d', 3)], ['entered', 'entered', 'same', 'same']);
  });

  it('a commit of others alone means removed, also where the notice of it was lost', () => {
    const { continues: _, unhealed: __, ...fields } = record;
    const commit = { ...fields, type: 'commit', members: ['a', 'c'] } as unknown as CommitRecord;
    assert.equal(decideEntry({ current: seat(3), joins: false, removedBy: null }, commit, 'b').kind, 'removed');
  });
});
