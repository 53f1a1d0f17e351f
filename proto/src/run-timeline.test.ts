import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { runTimeline, type TimelineEvent } from './run-timeline.js';

const at = (ms: number) => new Date(1_000_000 + ms).toISOString();
const state = (ms: number, name: string, reason: string): TimelineEvent => ({
  time: at(ms),
  kind: 'state',
  fields: { state: name, reason },
});
const members = (ms: number, generation: number, workers: string, base_step: number, more = {}): TimelineEvent => ({
  time: at(ms),
  kind: 'worker',
  fields: { generation, workers, base_step, ...more },
});
const step = (ms: number, number: number, generation: number): TimelineEvent => ({
  time: at(ms),
  kind: 'step',
  fields: { step: number, generation },
});

test('survivors that go on: decided, stored, committed, no step lost', () => {
  const { changes, verdict } = runTimeline([
    state(0, 'starting', 'generation 1 starts from the seed'),
    members(5, 1, 'worker-0, worker-1', 0),
    state(6, 'running', ''),
    step(10, 1, 1),
    step(20, 2, 1),
    members(60, 2, 'worker-0', 2, { continues: true, waited_ms: 10, reason: 'worker-1 is silent' }),
    step(90, 3, 2),
  ]);
  assert.equal(changes[0]?.detectedAt, null);
  assert.deepEqual(changes[1], {
    generation: 2,
    workers: ['worker-0'],
    joined: [],
    left: ['worker-1'],
    reason: 'worker-1 is silent',
    continues: true,
    detectedAt: 1_000_050,
    reformedAt: 1_000_060,
    firstCommitAt: 1_000_090,
    firstCommitStep: 3,
    stepBefore: 2,
    baseStep: 2,
    stepsLost: 0,
  });
  assert.deepEqual(verdict, { commits: 3, lastStep: 3, gaps: [], repeats: [], rolledBack: 0 });
});

test('a roll-back tells when the loss was noticed and how many steps it cost', () => {
  const { changes, verdict } = runTimeline([
    members(0, 1, 'worker-0', 0),
    ...[1, 2, 3].map((number) => step(number * 10, number, 1)),
    state(40, 'starting', 'run lost a worker'),
    state(500, 'starting', 'generation 2 starts from the checkpoint of step 1'),
    members(510, 2, 'worker-0', 1),
    step(600, 2, 2),
  ]);
  const { detectedAt, reason, stepsLost, left, joined, continues } = changes[1]!;
  assert.deepEqual([detectedAt, reason, stepsLost, left, joined], [1_000_040, 'run lost a worker', 2, [], []]);
  assert.equal(continues, false);
  assert.deepEqual(verdict, { commits: 4, lastStep: 2, gaps: [], repeats: [], rolledBack: 2 });
});

test('a commit that is missing or that stands twice is named', () => {
  const { verdict } = runTimeline([members(0, 1, 'a', 0), step(1, 1, 1), step(2, 4, 1), step(3, 4, 1)]);
  assert.deepEqual([verdict.gaps, verdict.repeats], [[2, 3], [4]]);
});

test('a line that skips nothing is always found whole, and every removed commit is found missing', () => {
  fc.assert(
    fc.property(fc.integer({ min: 2, max: 40 }), fc.nat(), (count, seed) => {
      const line = Array.from({ length: count }, (_, index) => step(index, index + 1, 1));
      assert.deepEqual(runTimeline(line).verdict.gaps, []);
      const removed = seed % (count - 1);
      const holed = line.filter((_, index) => index !== removed);
      assert.deepEqual(runTimeline(holed).verdict.gaps, [removed + 1]);
    }),
  );
});
