import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { orderQueue, planStart } from './plan-start.js';
import { aRun, now as submitted } from './run-record.fixture.js';
import type { RunRecord } from './run-record.js';

const now = submitted + 60_000;
/** With nobody about to be idle. */
const start = (record: RunRecord, idle: readonly string[], at = now) =>
  planStart(record, { idle, settling: [], attached: 9 }, at);
const names = (count: number) => Array.from({ length: count }, (_, index) => `worker-${index}`);

describe('the start of a run', () => {
  it('takes every idle worker, in the order of their numbers', () => {
    const plan = start(aRun({}, { leaves: 16 }), ['worker-10', 'worker-9', 'worker-2']);
    assert.ok(plan.start);
    assert.deepEqual(plan.members, ['worker-2', 'worker-9', 'worker-10']);
    assert.equal(plan.reason, '16 leaves on 3 workers');
  });

  it('gives no worker without a leaf, and says who stays spare', () => {
    const plan = start(aRun({}, { leaves: 2 }), names(5));
    assert.ok(plan.start);
    assert.equal(plan.members.length, 2);
    assert.equal(plan.reason, '2 leaves on 2 workers; 3 more would have no leaf and stay spare');
  });

  it('starts all at once: with fewer than were asked for it waits', () => {
    const record = aRun({}, { workers: 3 });
    assert.deepEqual(start(record, names(2)), {
      start: false,
      reason: 'waits for 3 workers; 2 are idle',
      blocks: true,
    });
    assert.ok(start(record, names(3)).start);
  });

  it('waits for some worker when none is idle', () => {
    assert.deepEqual(start(aRun(), []), {
      start: false,
      reason: 'waits for a worker; none is idle',
      blocks: true,
    });
  });

  it('waits a moment for those that are about to be idle, where they would help', () => {
    const available = { idle: names(1), settling: ['worker-1'], attached: 2 };
    const plan = planStart(aRun(), available, submitted + 1000);
    assert.deepEqual(plan, { start: false, reason: 'waits a moment for worker-1, soon to be idle', blocks: true });
    assert.ok(planStart(aRun(), available, submitted + 11_000).start);
    assert.ok(planStart(aRun({}, { leaves: 1 }), available, submitted + 1000).start);
    assert.ok(planStart(aRun({}, { workers: 1 }), available, submitted + 1000).start);
  });

  it('waits out the backoff of a restart, then a while for as many workers as before', () => {
    const record = aRun({ state: 'starting', notBefore: now + 1000, lastMembers: 2 });
    assert.deepEqual(start(record, names(2)), { start: false, reason: null, blocks: true });
    assert.equal(start(record, names(1), now + 2000).start, false);
    assert.ok(start(record, names(2), now + 2000).start);
    assert.ok(start(record, names(1), now + 20_000).start);
  });
});

describe('the queue', () => {
  const at = (second: number) => new Date(now + second * 1000).toISOString();

  it('is served in the order of submission, ended and placed runs left out', () => {
    const first = aRun({ name: 'first', queuedAt: at(1) });
    const second = aRun({ name: 'second', queuedAt: at(2), state: 'starting' });
    const placed = aRun({ name: 'placed', queuedAt: at(0), state: 'starting', members: ['worker-0'] });
    const ended = aRun({ name: 'ended', queuedAt: at(0), state: 'completed' });
    const order = orderQueue([second, ended, placed, first]);
    assert.deepEqual(
      order.map(({ name }) => name),
      ['first', 'second'],
    );
  });

  it('is not held up by a run that needs more workers than exist', () => {
    const plan = planStart(aRun({}, { workers: 4 }), { idle: names(2), settling: [], attached: 2 }, now);
    assert.deepEqual(plan, { start: false, reason: 'waits for 4 workers; 2 are attached', blocks: false });
  });
});
