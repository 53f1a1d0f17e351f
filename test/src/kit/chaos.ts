import assert from 'node:assert/strict';
import { existsSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before } from 'node:test';
import { auseq, type Finished } from './auseq.js';
import type { ChaosReport } from './chaos-report.js';
import { makeTinyInputs, type TinyInputs } from './tiny-inputs.js';

export interface ChaosTrials {
  /** `auseq chaos run` on the tiny config, with these faults or this plan file, `--set` values and further arguments. */
  chaos(
    plan: readonly string[] | string,
    sets: readonly string[],
    more: readonly string[],
    deadlineMs?: number,
  ): Promise<Finished>;
  /** The report of a run that passed: same bits, same draws, no step lost or repeated, nothing left behind. */
  passed(...given: Parameters<ChaosTrials['chaos']>): Promise<ChaosReport>;
  /** Folders of clusters that were not removed. */
  leftClusters(): string[];
}

/** Tiny inputs in a temporary folder, made before the tests of the `describe` that calls it and gone after them. */
export function chaosTrials(): ChaosTrials {
  const folder = mkdtempSync(join(tmpdir(), 'auseq-inputs-'));
  const env = { AUSEQ_STATE: join(folder, 'state') };
  let inputs: TinyInputs;
  before(async () => {
    inputs = await makeTinyInputs(folder);
  });
  after(() => rmSync(folder, { recursive: true, force: true }));

  const planFile = (faults: readonly string[]) => {
    const plan = join(folder, 'plan.yaml');
    writeFileSync(plan, `faults:\n${faults.map((fault) => `  - ${fault}\n`).join('')}`);
    return plan;
  };
  const leftClusters = () => {
    const clusters = join(env.AUSEQ_STATE, 'clusters');
    return existsSync(clusters) ? readdirSync(clusters) : [];
  };
  const chaos: ChaosTrials['chaos'] = async (plan, sets, more, deadlineMs = 400_000) => {
    const file = typeof plan === 'string' ? plan : planFile(plan);
    const args = ['chaos', 'run', '--config', 'configs/tiny.yml', '--plan', file, ...more, '--output', 'json'];
    for (const set of [...sets, `dataset.root=${inputs.data}`, `assets=${inputs.assets}`]) args.push('--set', set);
    return auseq(args, env, deadlineMs);
  };
  const passed: ChaosTrials['passed'] = async (...given) => {
    const finished = await chaos(...given);
    assert.equal(finished.code, 0, `${finished.stderr}\n${finished.stdout}`);
    const report = JSON.parse(finished.stdout) as ChaosReport;
    assert.deepEqual([report.verdict, report.failures, report.same_bits], ['PASS', [], true]);
    assert.deepEqual([report.ledger.ok, report.same_draws, report.steps_lost], [true, true, 0]);
    assert.deepEqual([report.commits.gaps, report.commits.repeats], [[], []]);
    assert.deepEqual(leftClusters(), []);
    return report;
  };
  return { chaos, passed, leftClusters };
}
