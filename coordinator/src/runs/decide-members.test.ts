import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import type { SerialisedError } from '@auseq/proto/errors';
import { decideWithout, roomFor } from './decide-members.js';
import { aRun } from './run-record.fixture.js';

const lost: SerialisedError = { code: 'AU_WORKER_LOST', what: 'w1 is lost', why: 'it was silent', try: 'auseq status' };
const running = aRun({ state: 'running', step: 25, members: ['w0', 'w1', 'w2'], generation: 3 });

describe('without a member', () => {
  it('the others go on in the same step, in their order', () => {
    assert.deepEqual(decideWithout(running, 'w1', lost), {
      kind: 'goes-on',
      members: ['w0', 'w2'],
      reason: 'w1 is lost: it was silent; w0, w2 go on in the same step',
    });
  });

  it('nobody goes on where nobody or fewer than min_workers are left, or where the run itself is at fault', () => {
    assert.equal(decideWithout({ ...running, members: ['w1'] }, 'w1', lost).kind, 'ends');
    const { config } = running;
    const few = decideWithout({ ...running, config: { ...config, min_workers: 3 } }, 'w1', lost);
    assert.ok(few.kind === 'ends');
    assert.match(few.error.why, /2 left, min_workers is 3/);
    assert.equal(decideWithout(running, 'w1', { ...lost, code: 'AU_NUMERIC' }).kind, 'ends');
  });
});

describe('room for more workers', () => {
  it('is up to those asked for, or to the leaves, and none while the run does not step', () => {
    assert.equal(roomFor(running), 5);
    assert.equal(roomFor({ ...running, joining: ['w3', 'w4'] }), 3);
    const asked = aRun({ state: 'running', members: ['w0', 'w1'] }, { workers: 3 });
    assert.equal(roomFor(asked), 1);
    assert.equal(roomFor({ ...running, state: 'stopping' }), 0);
  });
});
