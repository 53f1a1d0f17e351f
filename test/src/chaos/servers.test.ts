import assert from 'node:assert/strict';
import { existsSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, describe, it } from 'node:test';
import { minioAbsence } from '@auseq/infra/minio/minio.fixture';
import { auseq } from '../kit/auseq.js';
import type { ChaosReport } from '../kit/chaos-report.js';
import { makeTinyInputs, type TinyInputs } from '../kit/tiny-inputs.js';

const noMinio = minioAbsence('a chaos run against MinIO');

describe('auseq chaos run, where servers fail', () => {
  const folder = mkdtempSync(join(tmpdir(), 'auseq-inputs-'));
  const env = { AUSEQ_STATE: join(folder, 'state') };
  let inputs: TinyInputs;
  before(async () => {
    inputs = await makeTinyInputs(folder);
  });
  after(() => rmSync(folder, { recursive: true, force: true }));

  const chaos = async (faults: readonly string[], sets: readonly string[], more: readonly string[]) => {
    const plan = join(folder, 'plan.yaml');
    writeFileSync(plan, `faults:\n${faults.map((fault) => `  - ${fault}\n`).join('')}`);
    const args = ['chaos', 'run', '--config', 'configs/tiny.yml', '--plan', plan, ...more, '--output', 'json'];
    for (const set of [...sets, `dataset.root=${inputs.data}`, `assets=${inputs.assets}`]) args.push('--set', set);
    return auseq(args, env, 400_000);
  };
  const passed = async (...given: Parameters<typeof chaos>) => {
    const finished = await chaos(...given);
    assert.equal(finished.code, 0, `${finished.stderr}\n${finished.stdout}`);
    const report = JSON.parse(finished.stdout) as ChaosReport;
    assert.deepEqual([report.verdict, report.failures, report.same_bits], ['PASS', [], true]);
    assert.deepEqual([report.ledger.ok, report.same_draws, report.steps_lost], [true, true, 0]);
    assert.deepEqual([report.commits.gaps, report.commits.repeats], [[], []]);
    assert.deepEqual(leftClusters(), []);
    return report;
  };
  const leftClusters = () => {
    const clusters = join(env.AUSEQ_STATE, 'clusters');
    return existsSync(clusters) ? readdirSync(clusters) : [];
  };

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
