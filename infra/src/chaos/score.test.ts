import assert from 'node:assert/strict';
import { test } from 'node:test';
import { runTimeline, type TimelineEvent } from '@auseq/proto/run-timeline';
import type { Injection } from './injection.js';
import { type EndedRun, type ScoreOptions, scoreChaos } from './score.js';

const start = Date.parse('2030-01-01T00:00:00Z');
const event = (ms: number, kind: string, fields: Record<string, unknown>): TimelineEvent => ({
  time: new Date(start + ms).toISOString(),
  kind,
  fields,
});
const step = (ms: number, number: number, generation: number) => event(ms, 'step', { step: number, generation });
const members = (ms: number, generation: number, workers: string, base_step: number, decided?: number) =>
  event(ms, 'worker', {
    ...{ generation, workers, base_step, reason: 'worker-1 is silent', continues: decided !== undefined },
    waited_ms: decided === undefined ? 0 : ms - decided,
  });

const ended = (name: string, workers: number, events: TimelineEvent[], more: Partial<EndedRun> = {}): EndedRun => ({
  ...{ name, workers, state: 'completed', reason: '', step: 4, sha256: 'aa', timeline: runTimeline(events) },
  ledger: { ok: true, draws: 32, problems: [], sha256: 'dd' },
  ...more,
});
const quiet = ended('quiet', 1, [members(0, 1, 'worker-0', 0), ...[1, 2, 3, 4].map((n) => step(n * 100, n, 1))]);
const survived = [
  members(0, 1, 'worker-0, worker-1', 0),
  step(100, 1, 1),
  step(200, 2, 1),
  members(260, 2, 'worker-0', 2, 250),
  step(500, 3, 2),
  members(560, 3, 'worker-0, worker-1', 3, 550),
  step(700, 4, 3),
];
const kill: Injection = {
  ...{ fault: { kind: 'kill', target: 'rank 1', at: { step: 2 } }, target: 'worker-1/step' },
  ...{ at: start + 210, step: 2, problem: null },
};
const checkpoints = { whole: [2, 4], damaged: [] };
const score = (events: TimelineEvent[], more: Partial<ScoreOptions> = {}, run: Partial<EndedRun> = {}) =>
  scoreChaos({
    ...{ quiet, faulted: ended('faulted', 2, events, run), checkpoints },
    ...{ injections: [kill], mostStepsLost: 0, allMustHit: true },
    ...more,
  });

test('a kill that survivors take in their stride passes, with its times', () => {
  const { verdict, failures, faults, efficiency, same_bits } = score(survived);
  assert.deepEqual([verdict, failures, same_bits], ['PASS', [], true]);
  assert.deepEqual(faults, [
    {
      ...{ kind: 'kill', target: 'worker-1/step', step: 2, seconds: 0.11 },
      ...{ detect_ms: 40, reform_ms: 50, first_commit_ms: 290, whole_again_ms: 350, longest_pause_ms: 300 },
      ...{ steps_lost: 0, went_on: true, noticed: 'worker-1 is silent' },
    },
  ]);
  // 3 steps in 0.3 worker-seconds against 3 steps in 2 * 0.16 + 0.3 + 2 * 0.14.
  assert.ok(Math.abs(efficiency! - 0.3 / 0.9) < 1e-12, String(efficiency));
});

test('each way to fail is named', () => {
  const failing = (result: ReturnType<typeof score>, words: RegExp) => {
    assert.equal(result.verdict, 'FAIL');
    assert.match(result.failures.join('; '), words);
  };
  failing(score(survived, {}, { sha256: 'bb' }), /weights differ/);
  failing(score(survived, {}, { sha256: null }), /weights differ/);
  failing(score(survived, {}, { state: 'failed', reason: 'broken' }), /faulted run is failed: broken/);
  failing(score(survived.slice(0, 3), {}, { state: 'failed' }), /nothing went on after kill/);
  const broken = { ok: false, draws: 8, problems: ['a draw is there twice'], sha256: 'dd' };
  failing(score(survived, {}, { ledger: broken }), /ledger is not whole: a draw is there twice/);
  failing(score(survived, {}, { ledger: { ...broken, ok: true, sha256: 'ee' } }), /other samples/);
  const damaged = { whole: [4], damaged: ['step 2: a part is cut'] };
  failing(score(survived, { checkpoints: damaged }), /a checkpoint is not whole: step 2: a part is cut/);
  failing(score([...survived, step(800, 6, 3)]), /no commit of step 5/);
  failing(score([...survived, step(800, 4, 3)]), /step 4 was committed twice/);
  failing(score(survived, { injections: [{ ...kill, at: null }] }), /kill was not injected: the run was over before/);
  failing(score(survived, { quiet: { ...quiet, state: 'stopped', reason: 'asked' } }), /quiet run is stopped/);
});

test('steps that are taken back count, and may be allowed', () => {
  const rolledBack = [
    ...survived.slice(0, 3),
    members(400, 2, 'worker-0, worker-1', 1),
    step(500, 2, 2),
    step(600, 3, 2),
    step(700, 4, 2),
  ];
  const strict = score(rolledBack);
  assert.equal(strict.verdict, 'FAIL');
  assert.equal(strict.faults[0]?.steps_lost, 1);
  assert.match(strict.failures.join(), /1 committed steps were lost/);
  assert.equal(score(rolledBack, { mostStepsLost: 1 }).verdict, 'PASS');
});

test('a random fault that comes too late is no failure, and without a quiet run nothing is compared', () => {
  const late = score(survived, { injections: [{ ...kill, at: null }], allMustHit: false, quiet: null });
  assert.deepEqual([late.verdict, late.same_bits, late.efficiency], ['PASS', null, null]);
});
