import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { decideWithout } from './decide-members.js';
import { chooseProof, decideProof, isRefused } from './decide-proof.js';
import { aRun } from './run-record.fixture.js';
import { resumeChange } from './submit-run.js';

const parts = { decode: 'd', features: 'f', supervise: 's', gradient: 'g', update: 'u' };
const other = { ...parts, supervise: 'S', gradient: 'G', update: 'U' };
const members = ['w0', 'w1', 'w2'];
const begun = aRun({ state: 'starting', members, generation: 1 });
const proved = { ...begun, proof: { worker: 'w0', parts } };
const loose = { ...proved, sync: 'allreduce' as const, config: { ...proved.config, exact: false } };

describe('a worker that proves itself (PROTOCOL 7)', () => {
  it('is compared with what most of the first members give, once all have given theirs', () => {
    const given = (...each: (typeof parts)[]) => new Map(each.map((proof, rank) => [`w${rank}`, proof]));
    assert.equal(chooseProof(members, given(parts, other)), null);
    assert.deepEqual(chooseProof(members, given(parts, { ...parts }, other)), { worker: 'w0', parts });
    assert.deepEqual(chooseProof(members, given(other, parts, { ...parts })), { worker: 'w1', parts });
    assert.deepEqual(chooseProof(['w0', 'w1'], given(other, parts)), { worker: 'w0', parts: other }, 'of as many');
    assert.deepEqual(chooseProof(['w1', 'w0'], given(other, parts)), { worker: 'w1', parts }, 'by rank, not by name');
    assert.deepEqual(decideProof(proved, 'w1', { ...parts }), { kind: 'same' });
    assert.deepEqual(decideProof(proved, 'w9', parts), { kind: 'same' }, 'one that joins');
  });

  it('is refused by an exact run, with the part that differs first', () => {
    const decision = decideProof(proved, 'w2', other);
    assert.ok(decision.kind === 'refused');
    assert.equal(decision.error.code, 'AU_WORKER_BITS');
    assert.equal(decision.error.what, 'w2 computes other bits than w0');
    assert.equal(decision.error.why, 'supervise differs, and with it gradient, update, and the run is exact');
    assert.equal(decideProof(proved, 'w9', other).kind, 'refused', 'one that joins');
    assert.equal(decideProof(proved, 'w2', {}).kind, 'refused', 'one that proves nothing');
  });

  it('is named once by a run that is not exact', () => {
    const decision = decideProof(loose, 'w2', { ...parts, update: 'U' });
    assert.deepEqual(decision, {
      kind: 'named',
      reason: 'w2 computes other bits than w0: update differs; the weights may depend on who computes',
    });
    const gather = decideProof({ ...loose, sync: 'gather' }, 'w2', other);
    assert.ok(gather.kind === 'named');
    assert.match(gather.reason, /who computes, and its vote may differ: sync=allreduce shares the sums$/);
    assert.equal(decideProof({ ...loose, otherBits: ['w2'] }, 'w2', other).kind, 'same');
  });

  it('is compared with the proof of before when the run is resumed (PROTOCOL 21)', () => {
    const ended = { ...proved, state: 'stopped' as const, otherBits: ['w2'] };
    const resumed = { ...ended, ...resumeChange(ended, { maxSteps: 0, fromStep: null }, 0), members };
    const decision = decideProof(resumed, 'w0', other);
    assert.ok(decision.kind === 'refused');
    assert.equal(decision.error.what, 'w0 computes other bits than it did before');
    assert.deepEqual([isRefused(ended, 'w2'), isRefused(resumed, 'w2')], [true, false], 'each is tried again');
    assert.equal(isRefused({ ...loose, otherBits: ['w2'] }, 'w2'), false);
  });

  it('leaves the run to the others where it is refused and enough are left', () => {
    const decision = decideProof(proved, 'w2', other);
    assert.ok(decision.kind === 'refused');
    const { error } = decision;
    const without = decideWithout(proved, 'w2', error);
    assert.ok(without.kind === 'goes-on');
    assert.deepEqual(without.members, ['w0', 'w1']);
    const few = decideWithout({ ...proved, config: { ...proved.config, min_workers: 3 } }, 'w2', error);
    assert.ok(few.kind === 'ends');
    assert.deepEqual([few.error.code, /2 left, min_workers is 3/.test(few.error.why)], ['AU_WORKER_BITS', true]);
  });
});
