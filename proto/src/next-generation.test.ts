import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { nextGeneration } from './next-generation.js';
import type { CommitRecord, GenerationRecord } from './run-records.js';

const begun: GenerationRecord = {
  ...{ type: 'generation', run: 'trial', generation: 3, members: ['a', 'b'], continues: true, unhealed: ['b'] },
  ...{ baseStep: 7, baseDigest: 'seven', baseDrain: false, reason: '', time: '' },
};
const commit: CommitRecord = {
  ...{ type: 'commit', run: 'trial', generation: 3, members: ['a', 'b'], step: 8, totalSteps: 9, digest: 'eight' },
  ...{ losses: {}, leaves: [], sequences: 8, seconds: 1, late: [0, 5], drain: true, time: '' },
};
const wish = (members: string[], joining: string[] = []) => ({ members, joining, reason: 'why', time: 'when' });

describe('the next generation', () => {
  it('goes on where the history stands', () => {
    const next = nextGeneration(commit, wish(['b']))!;
    assert.deepEqual(
      [next.generation, next.members, next.unhealed, next.baseStep, next.baseDigest, next.baseDrain],
      [4, ['b'], [], 8, 'eight', true],
    );
  });

  it('knows of each member whose memory it shares, also of one that comes again on another host', () => {
    const hosts = ['one', 'two'];
    const [left, joined] = [wish(['b', 'c'], ['c']), wish(['a', 'b'], ['a'])];
    assert.deepEqual(nextGeneration({ ...commit, hosts }, { ...left, hosts: { c: 'one' } })!.hosts, ['two', 'one']);
    assert.deepEqual(nextGeneration({ ...commit, hosts }, { ...joined, hosts: { a: 'two' } })!.hosts, ['two', 'two']);
    assert.deepEqual(nextGeneration(commit, left)!.hosts, ['', '']);
  });

  it('needs no copy for one that still holds the last commit (PROTOCOL 14)', () => {
    const back = (digest: string) => nextGeneration(commit, { ...wish(['b', 'a'], ['a']), holds: { a: digest } })!;
    assert.deepEqual([back('eight').unhealed, back('seven').unhealed], [[], ['a']]);
    const never = { ...begun, baseDigest: null };
    assert.deepEqual(nextGeneration(never, { ...wish(['a', 'c'], ['c']), holds: { c: 'x' } })!.unhealed, ['c']);
  });

  it('keeps those unhealed who were, until a commit shows that they hold the state', () => {
    const next = nextGeneration(begun, wish(['a', 'b', 'c'], ['c']))!;
    assert.deepEqual([next.unhealed, next.baseStep, next.baseDigest], [['b', 'c'], 7, 'seven']);
    assert.deepEqual(nextGeneration(commit, wish(['a', 'b', 'c'], ['c']))!.unhealed, ['c']);
  });

  it('is not possible where nobody is left who holds the state', () => {
    assert.equal(nextGeneration(begun, wish(['b'])), null);
    assert.equal(nextGeneration(begun, wish(['b', 'c'], ['c'])), null);
    assert.equal(nextGeneration(begun, wish([])), null);
  });

  it('takes nobody back whom others have removed: it joins anew', () => {
    assert.deepEqual(nextGeneration(commit, wish(['a', 'z']))!.members, ['a']);
    assert.equal(nextGeneration(commit, wish(['z'])), null);
  });
});
