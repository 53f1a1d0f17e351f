import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import type { SerialisedError } from '@auseq/proto/errors';
import { decideLoss } from './decide-loss.js';
import { aRun, now } from './run-record.fixture.js';

const lost: SerialisedError = { code: 'AU_WORKER_LOST', what: 'w1 is lost', why: 'it was silent', try: 'auseq status' };
const running = aRun({ state: 'running', step: 25, members: ['w0', 'w1'], generation: 3 });
const checkpoint = (step: number) => ({
  key: `runs/trial/checkpoints/${step}/manifest.json`,
  step,
  sha256: `d${step}`,
});

describe('a generation that cannot go on', () => {
  it('goes on from the newest checkpoint and names the steps that are replayed', () => {
    const change = decideLoss(running, lost, checkpoint(20), now);
    assert.equal(change.state, 'starting');
    assert.deepEqual(change.members, []);
    assert.equal(change.lastMembers, 2);
    assert.equal(change.stateDigest, 'd20');
    assert.equal(
      change.reason,
      'w1 is lost: it was silent; goes on from the checkpoint of step 20; steps 21 to 25 are replayed',
    );
  });

  it('says when one step or none is replayed, and when it starts from the seed', () => {
    assert.match(decideLoss(running, lost, checkpoint(24), now).reason!, /step 25 is replayed$/);
    assert.match(decideLoss(running, lost, checkpoint(25), now).reason!, /no step is lost$/);
    assert.match(decideLoss(running, lost, null, now).reason!, /goes on from the seed; steps 1 to 25 are replayed$/);
  });

  it('waits longer each time, and gives up after twenty in a row', () => {
    let record = running;
    let previous = 0;
    for (let restart = 1; restart <= 20; restart++) {
      const change = decideLoss(record, lost, null, now);
      assert.equal(change.state, 'starting');
      const delay = change.notBefore! - now;
      assert.ok(delay >= previous && delay <= 30_000);
      previous = delay;
      record = { ...running, restarts: change.restarts! };
    }
    const change = decideLoss(record, lost, null, now);
    assert.equal(change.state, 'failed');
    assert.equal(change.error?.code, 'AU_WORKER_LOST');
    assert.match(change.reason!, /lost its workers 21 times/);
  });

  it('is failed at once by an error of the run itself, and keeps the checkpoint', () => {
    const error = { ...lost, code: 'AU_NUMERIC' };
    const change = decideLoss(running, error, checkpoint(20), now);
    assert.equal(change.state, 'failed');
    assert.equal(change.error, error);
    assert.equal(change.stateDigest, 'd20');
  });

  it('ends as stopped when it was stopping, and as completed when its last checkpoint is there', () => {
    const stopping = decideLoss({ ...running, state: 'stopping' }, lost, checkpoint(20), now);
    assert.equal(stopping.state, 'stopped');
    assert.equal(stopping.step, 20);
    const done = decideLoss(running, lost, checkpoint(100), now);
    assert.equal(done.state, 'completed');
    assert.equal(done.step, 100);
  });
});
