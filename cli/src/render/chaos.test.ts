import assert from 'node:assert/strict';
import { test } from 'node:test';
import { parseChaosPlan } from '@auseq/configs/chaos-plan';
import type { ChaosScore } from '@auseq/infra/chaos/score';
import { runTimeline } from '@auseq/proto/run-timeline';
import { formatChaos } from './chaos.js';
import { formatTimeline } from './timeline.js';

const run = {
  run: 'faulted',
  state: 'completed',
  steps: 3,
  workers: 2,
  sha256: 'ab',
  seconds: 2,
  goodput: 0.5,
  worker_seconds: 4,
};
const score: ChaosScore = {
  verdict: 'FAIL',
  failures: ['its weights differ'],
  quiet: { ...run, run: 'quiet', workers: 1, goodput: 1 },
  faulted: run,
  efficiency: 0.5,
  same_bits: false,
  steps_lost: 2,
  commits: { commits: 5, lastStep: 3, gaps: [], repeats: [2], rolledBack: 2 },
  ledger: { ok: true, draws: 24, problems: [], sha256: 'cd' },
  checkpoints: { whole: [1], damaged: ['step 2: cut'] },
  same_draws: false,
  faults: [
    {
      ...{ kind: 'kill', target: 'worker-1/step', step: 1, seconds: 0.5, detect_ms: 40, reform_ms: 50 },
      ...{
        first_commit_ms: 90,
        whole_again_ms: 900,
        longest_pause_ms: 120,
        steps_lost: 2,
        went_on: true,
        noticed: 'it is silent',
      },
    },
  ],
};
const plan = parseChaosPlan('p', 'faults: [{kind: kill, target: rank 1, at: {step: 1}}]');

test('a report names verdict and failures, and its plan can be replayed', () => {
  const text = formatChaos({ ...score, plan });
  assert.match(text, /kill +worker-1\/step +1 +0\.5 +40 +50 +90 +900 +120 +2 +yes +it is silent/);
  assert.match(text, /goodput +50\.0 %/);
  assert.match(text, /weights +DIFFERENT/);
  assert.match(text, /twice: 2; rolled back: 2/);
  assert.match(text, /ledger +whole: 24 draws, NOT those of the quiet run/);
  assert.match(text, /checkpoints +1 read again and whole; DAMAGED: step 2: cut/);
  assert.match(text, /\nFAIL\n {2}its weights differ$/);
  const printed = /\n(faults:\n(?: {2}- .*\n)+)/.exec(text)?.[1];
  assert.deepEqual(parseChaosPlan('printed', printed!), plan);
});

test('a timeline has a line for each membership, times after what was noticed', () => {
  const time = (ms: number) => new Date(Date.parse('2030-01-01T10:00:00Z') + ms).toISOString();
  const text = formatTimeline(
    runTimeline([
      { time: time(0), kind: 'worker', fields: { generation: 1, workers: 'a, b', base_step: 0, reason: 'begins' } },
      { time: time(500), kind: 'step', fields: { step: 1, generation: 1 } },
      {
        time: time(1010),
        kind: 'worker',
        fields: {
          generation: 2,
          workers: 'a',
          base_step: 1,
          continues: true,
          waited_ms: 10,
          reason: 'b is silent',
        },
      },
      { time: time(1300), kind: 'step', fields: { step: 2, generation: 2 } },
    ]),
  );
  assert.match(text, /10:00:00\.000 +1 +a, b +- +\+500 ms, step 1 +0 +begins/);
  assert.match(text, /10:00:01\.000 +2 +-b +\+10 ms +\+300 ms, step 2 +0 +b is silent/);
  assert.match(text, /2 commits to step 2: no gap, none twice, 0 rolled back/);
  assert.equal(formatTimeline(runTimeline([])), 'no membership has begun yet');
});
