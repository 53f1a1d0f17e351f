import assert from 'node:assert/strict';
import { test } from 'node:test';
import { faultKinds, parseChaosPlan } from '@auseq/configs/chaos-plan';
import { checkPlan } from './check-plan.js';
import { randomPlan } from './random-plan.js';

const cluster = { workers: 3, coordinators: 1, store: 'file' } as const;
const options = { rate: 30, seed: 7, kinds: faultKinds, ...cluster, durationSeconds: 120 };

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
  const injectable = faultKinds.filter((kind) => kind !== 'hang-coordinator');
  assert.deepEqual(new Set(faults.map(({ kind }) => kind)), new Set(injectable));
  const targets = new Set(faults.flatMap((fault) => (fault.kind === 'kill' ? [fault.target] : [])));
  assert.deepEqual([...targets].sort(), ['worker-0', 'worker-1', 'worker-2']);
});

test('whatever is drawn can be injected in its cluster, and a store that is a server is cut off too', () => {
  for (const seed of [1, 2, 3]) {
    for (const store of ['file', 'minio'] as const) {
      for (const coordinators of [1, 2, 3]) {
        const plan = randomPlan({ ...options, seed, store, coordinators, durationSeconds: 1200 });
        checkPlan(plan, { store, coordinators });
        const hangs = plan.faults.filter(({ kind }) => kind === 'hang-coordinator').length;
        assert.equal(hangs, coordinators - 1);
        const from = new Set(plan.faults.flatMap((fault) => ('from' in fault ? [fault.from] : [])));
        assert.deepEqual([...from].sort(), store === 'file' ? ['both'] : ['all', 'both', 'store']);
      }
    }
  }
  const only = { ...options, kinds: ['hang-coordinator'] as const };
  assert.deepEqual(randomPlan({ ...only, coordinators: 1 }).faults, []);
});

test('what is printed of it is a plan again', () => {
  const plan = randomPlan(options);
  const text = ['faults:', ...plan.faults.map((fault) => `  - ${JSON.stringify(fault)}`)].join('\n');
  assert.deepEqual(parseChaosPlan('printed', text), plan);
});
