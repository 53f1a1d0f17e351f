import assert from 'node:assert/strict';
import { test } from 'node:test';
import { faultKinds, parseChaosPlan } from '@auseq/configs/chaos-plan';
import { randomPlan } from './random-plan.js';

const options = { rate: 30, seed: 7, kinds: faultKinds, workers: 3, durationSeconds: 120 };

test('a seed gives one plan, another seed another', () => {
  assert.deepEqual(randomPlan(options), randomPlan(options));
  assert.notDeepEqual(randomPlan(options), randomPlan({ ...options, seed: 8 }));
});

test('its faults stand in time, within the duration, at about the rate, of the kinds and workers that there are', () => {
  const { faults } = randomPlan({ ...options, durationSeconds: 6000 });
  assert.ok(Math.abs(faults.length / 100 - 30) < 3, `${faults.length} faults in 100 minutes`);
  const moments = faults.map(({ at }) => ('seconds' in at ? at.seconds : Number.NaN));
  assert.deepEqual(
    moments,
    [...moments].sort((a, b) => a - b),
  );
  assert.ok(moments.every((seconds) => seconds >= 0 && seconds <= 6000));
  assert.deepEqual(new Set(faults.map(({ kind }) => kind)), new Set(faultKinds));
  const targets = new Set(faults.flatMap((fault) => (fault.kind === 'kill' ? [fault.target] : [])));
  assert.deepEqual([...targets].sort(), ['worker-0', 'worker-1', 'worker-2']);
});

test('what is printed of it is a plan again', () => {
  const plan = randomPlan(options);
  const text = ['faults:', ...plan.faults.map((fault) => `  - ${JSON.stringify(fault)}`)].join('\n');
  assert.deepEqual(parseChaosPlan('printed', text), plan);
});
