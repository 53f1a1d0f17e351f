import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { minioAbsence } from '@auseq/infra/minio/minio.fixture';
import { chaosTrials } from '../kit/chaos.js';

const noMinio = minioAbsence('a chaos run against MinIO');

describe('auseq chaos run, where servers fail', () => {
  const { chaos, passed, leftClusters } = chaosTrials();

  it('goes on while nobody reaches MinIO, and every checkpoint is there in the end', {
    skip: noMinio ?? false,
  }, async () => {
    // Longer than a checkpoint waits for the store: those of that time go to the spool and follow later.
    const faults = [
      '{ kind: cut, target: all, from: store, at: { step: 3 } }',
      '{ kind: partition, target: all, from: store, seconds: 12, at: { step: 6 } }',
      '{ kind: slow-network, target: rank 0, from: store, delay_ms: 50, seconds: 2, at: { step: 24 } }',
      '{ kind: clock-jump, target: rank 0, seconds: 3600, at: { step: 26 } }',
    ];
    const sets = ['train.max_steps=30', 'train.checkpoint_steps=5', 'train.keep_checkpoints=100'];
    const report = await passed(faults, sets, ['--store', 'minio', '--simulate-compute', '60']);
    assert.equal(report.commits.lastStep, 30);
    assert.deepEqual(report.checkpoints, { whole: [5, 10, 15, 20, 25, 30], damaged: [] });
    const all = 'coordinator, worker-0, worker-1 to store';
    assert.deepEqual(
      report.faults.map(({ target }) => target),
      [all, all, 'worker-0 to store', "worker-0's clock"],
    );
  });

  it('goes on under the coordinator that stood by when the leader hangs, and under that one when it is killed', async () => {
    const faults = ['{ kind: hang-coordinator, at: { step: 5 } }', '{ kind: kill-coordinator, at: { step: 20 } }'];
    const report = await passed(
      faults,
      ['train.max_steps=40'],
      ['--coordinators', '2', '--workers', '2', '--simulate-compute', '60'],
    );
    assert.equal(report.commits.lastStep, 40);
    const targets = report.faults.map(({ target }) => target);
    assert.deepEqual([...targets].sort(), ['coordinator', 'coordinator-1']);
  });

  it('refuses a plan that its cluster cannot suffer before anything starts', async () => {
    const refusals: [string, string[], RegExp][] = [
      ['{ kind: cut, from: store, at: { step: 1 } }', [], /the store is a folder.*--store minio/],
      ['{ kind: hang-coordinator, at: { step: 1 } }', ['--store', 'file'], /--coordinators 2/],
    ];
    for (const [fault, more, words] of refusals) {
      const { code, stdout, stderr } = await chaos([fault], [], more);
      assert.deepEqual([code, stderr], [2, ''], stdout);
      assert.match(stdout, words);
      assert.match(stdout, /AU_USAGE/);
      assert.deepEqual(leftClusters(), []);
    }
  });
});
