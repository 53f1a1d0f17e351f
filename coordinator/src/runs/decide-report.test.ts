import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { decideReport, type MemberReport } from './decide-report.js';
import { aRun } from './run-record.fixture.js';

const record = aRun({
  state: 'running',
  generation: 2,
  members: ['w0', 'w1'],
  assigned: { w0: 2, w1: 2, w2: 2 },
  joining: ['w2'],
  step: 7,
});
const says = (change: Partial<MemberReport>): MemberReport => ({
  ...{ worker: 'w0', run: 'trial', generation: 2, state: 'stepping', step: 7, error: null, stateDigest: '' },
  ...change,
});

describe('a report', () => {
  it('of no member, of another generation or of an unknown run is stale', () => {
    for (const report of [says({ worker: 'w9' }), says({ generation: 1 })]) {
      assert.equal(decideReport(record, report).kind, 'stale');
    }
    assert.equal(decideReport(undefined, says({})).kind, 'stale');
  });

  it('of a worker that joins says only whether it is ready', () => {
    const joiner = { worker: 'w2', error: { code: 'AU_UNEXPECTED', what: '', why: 'no data', try: '' } };
    assert.equal(decideReport(record, says({ ...joiner, state: 'starting' })).kind, 'nothing');
    assert.equal(decideReport(record, says({ ...joiner, state: 'ready' })).kind, 'joins');
    assert.equal(decideReport(record, says({ ...joiner, state: 'failed' })).kind, 'stays-out');
  });

  it('of the first step makes a starting run a running one, once', () => {
    const decision = decideReport({ ...record, state: 'starting' }, says({ worker: 'w1' }));
    assert.ok(decision.kind === 'change');
    assert.equal(decision.change.state, 'running');
    assert.equal(decision.change.reason, 'trains on w0, w1 (generation 2, gather)');
    assert.equal(decideReport(record, says({})).kind, 'nothing');
  });

  it('of the end counts from any member: none leaves before everything is stored', () => {
    const end = { state: 'finished', step: 100, stateDigest: 'abc' };
    assert.equal(decideReport(record, says({ ...end, worker: 'w1' })).kind, 'change');
    const decision = decideReport(record, says(end));
    assert.ok(decision.kind === 'change');
    assert.equal(decision.change.state, 'completed');
    assert.equal(decision.change.stateDigest, 'abc');
  });

  it('of a drain means stopped when a person asked, else that a member leaves', () => {
    const drained = says({ state: 'stopped', step: 9 });
    assert.deepEqual(decideReport(record, drained), { kind: 'drained', step: 9 });
    const decision = decideReport({ ...record, state: 'stopping' }, drained);
    assert.ok(decision.kind === 'change');
    assert.equal(decision.change.state, 'stopped');
  });

  it('of a failure ends the generation, with a code even where none was sent', () => {
    const error = { code: 'AU_NUMERIC', what: 'NaN', why: 'loss', try: 'look' };
    assert.deepEqual(decideReport(record, says({ state: 'failed', worker: 'w1', error })), { kind: 'lost', error });
    const unnamed = decideReport(record, says({ state: 'failed' }));
    assert.ok(unnamed.kind === 'lost');
    assert.equal(unnamed.error.code, 'AU_WORKER_LOST');
  });
});
