import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { chaosTrials } from '../kit/chaos.js';
import type { ChaosReport } from '../kit/chaos-report.js';

describe('auseq chaos run', () => {
  const { passed } = chaosTrials();

  it('kills a step process, ends with the bits of the quiet run, and leaves nothing', async () => {
    const more = ['--simulate-compute', '30'];
    const report = await passed('configs/chaos/one-kill.yaml', ['train.max_steps=30'], more, 300_000);
    assert.equal(report.commits.lastStep, 30);
    assert.equal(report.faults.length, 1);
    const [{ kind, target, went_on, detect_ms }] = report.faults as [ChaosReport['faults'][number]];
    assert.deepEqual([kind, target, went_on], ['kill', 'worker-1/step', true]);
    assert.notEqual(detect_ms, null, 'the loss of the member was noticed');
  });

  it('all-reduce on three workers goes through faults of every layer with the same bits, no step lost or repeated', async () => {
    const faults = [
      '{ kind: kill, target: rank 0, at: { step: 5 } }',
      '{ kind: kill-coordinator, at: { step: 20 } }',
      '{ kind: corrupt-frame, target: rank 0, count: 3, at: { step: 30 } }',
      '{ kind: cut, target: all, from: both, at: { step: 40 } }',
      '{ kind: clock-jump, target: rank 1, seconds: 3600, at: { step: 44 } }',
      '{ kind: clock-jump, target: coordinator, seconds: -3600, at: { step: 46 } }',
      '{ kind: restart-nats, at: { step: 50 } }',
      '{ kind: store-error, seconds: 2, at: { step: 60 } }',
      '{ kind: kill, target: rank 1, at: { step: 75 } }',
    ];
    const sets = ['train.max_steps=90', 'sync=allreduce'];
    const report = await passed(faults, sets, ['--workers', '3', '--simulate-compute', '60']);
    assert.deepEqual([report.commits.lastStep, report.faults.length], [90, faults.length]);
  });
});
