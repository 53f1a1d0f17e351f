import assert from 'node:assert/strict';
import { existsSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, describe, it } from 'node:test';
import { auseq } from '../kit/auseq.js';
import type { ChaosReport } from '../kit/chaos-report.js';
import { makeTinyInputs, type TinyInputs } from '../kit/tiny-inputs.js';

describe('auseq chaos run', () => {
  const folder = mkdtempSync(join(tmpdir(), 'auseq-inputs-'));
  const env = { AUSEQ_STATE: join(folder, 'state') };
  let inputs: TinyInputs;
  before(async () => {
    inputs = await makeTinyInputs(folder);
  });
  after(() => rmSync(folder, { recursive: true, force: true }));

  it('kills a step process, ends with the bits of the quiet run, and leaves nothing', async () => {
    const sets = [`dataset.root=${inputs.data}`, `assets=${inputs.assets}`, 'train.max_steps=30'];
    const args = ['chaos', 'run', '--config', 'configs/tiny.yml', '--plan', 'configs/chaos/one-kill.yaml'];
    for (const set of sets) args.push('--set', set);
    const finished = await auseq([...args, '--simulate-compute', '30', '--output', 'json'], env, 300_000);
    assert.equal(finished.code, 0, `${finished.stderr}\n${finished.stdout}`);
    const report = JSON.parse(finished.stdout) as ChaosReport;
    assert.deepEqual([report.verdict, report.failures, report.same_bits], ['PASS', [], true]);
    assert.deepEqual([report.steps_lost, report.commits.lastStep], [0, 30]);
    assert.deepEqual([report.commits.gaps, report.commits.repeats], [[], []]);
    assert.deepEqual([report.ledger.ok, report.same_draws], [true, true]);
    assert.equal(report.faults.length, 1);
    const [{ kind, target, went_on, detect_ms }] = report.faults as [ChaosReport['faults'][number]];
    assert.deepEqual([kind, target, went_on], ['kill', 'worker-1/step', true]);
    assert.notEqual(detect_ms, null, 'the loss of the member was noticed');
    const clusters = join(env.AUSEQ_STATE, 'clusters');
    assert.deepEqual(existsSync(clusters) ? readdirSync(clusters) : [], []);
  });

  it('all-reduce on three workers goes through faults of every layer with the same bits, no step lost or repeated', async () => {
    const plan = join(folder, 'plan.yaml');
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
    writeFileSync(plan, `faults:\n${faults.map((fault) => `  - ${fault}\n`).join('')}`);
    const sets = ['train.max_steps=90', 'sync=allreduce', `dataset.root=${inputs.data}`, `assets=${inputs.assets}`];
    const args = ['chaos', 'run', '--config', 'configs/tiny.yml', '--plan', plan, '--workers', '3'];
    for (const set of sets) args.push('--set', set);
    const finished = await auseq([...args, '--simulate-compute', '60', '--output', 'json'], env, 400_000);
    assert.equal(finished.code, 0, `${finished.stderr}\n${finished.stdout}`);
    const report = JSON.parse(finished.stdout) as ChaosReport;
    assert.deepEqual([report.verdict, report.failures, report.same_bits], ['PASS', [], true]);
    assert.deepEqual([report.steps_lost, report.commits.lastStep, report.faults.length], [0, 90, faults.length]);
    assert.deepEqual([report.commits.gaps, report.commits.repeats], [[], []]);
    assert.deepEqual([report.ledger.ok, report.same_draws], [true, true]);
  });
});
