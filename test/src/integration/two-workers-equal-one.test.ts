import assert from 'node:assert/strict';
import { mkdtempSync, renameSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, describe, it } from 'node:test';
import { auseq, auseqJson } from '../kit/auseq.js';
import { startCluster, type TestCluster } from '../kit/cluster.js';
import { makeTinyInputs, type TinyInputs } from '../kit/tiny-inputs.js';

const config = 'configs/tiny.yml';

describe('a run on two workers', () => {
  let cluster: TestCluster;
  let inputs: TinyInputs;
  const folder = mkdtempSync(join(tmpdir(), 'auseq-inputs-'));

  before(async () => {
    inputs = await makeTinyInputs(folder);
    cluster = await startCluster({ workers: 2 });
    await cluster.processes();
  });
  after(async () => {
    await cluster?.stop();
    rmSync(folder, { recursive: true, force: true });
  });

  const train = async (name: string, sets: Record<string, string | number>) => {
    const common = {
      'dataset.root': inputs.data,
      assets: inputs.assets,
      'train.max_steps': 6,
      'train.checkpoint_steps': 3,
    };
    const run = await cluster.submit(config, { ...common, ...sets }, name);
    assert.equal(run.state, 'completed', run.reason);
    assert.equal(run.step, 6);
    const checkpoints = await cluster.checkpoints(name);
    assert.deepEqual(
      checkpoints.map(({ step, complete }) => ({ step, complete })),
      [
        { step: 3, complete: true },
        { step: 6, complete: true },
      ],
    );
    return { run, digests: checkpoints.map(({ sha256 }) => sha256) };
  };

  /** Each checkpoint has parts of both members, as their logs tell. */
  const bothWroteParts = async (name: string) => {
    const { stdout } = await auseq(['runs', 'logs', name, '--output', 'json'], cluster.env);
    const lines = stdout.split('\n').filter((line) => line.includes('"wrote"'));
    const entries = lines.map((line) => JSON.parse(line) as { worker: string; step: number; wrote: number });
    for (const step of [3, 6]) {
      const writers = entries.filter((entry) => entry.step === step && entry.wrote > 0).map(({ worker }) => worker);
      assert.deepEqual(writers.sort(), ['worker-0', 'worker-1'], JSON.stringify(entries));
    }
  };

  it('gives the bits of a one-worker run, in gather mode and in all-reduce mode', async () => {
    const two = await train('two', { workers: 2 });
    assert.equal(two.run.workers.length, 2);
    const one = await train('one', { workers: 1 });
    assert.equal(one.run.workers.length, 1);
    assert.deepEqual(two.digests, one.digests);
    await bothWroteParts('two');

    const twoReduced = await train('two-reduced', { workers: 2, sync: 'allreduce' });
    const oneReduced = await train('one-reduced', { workers: 1, sync: 'allreduce' });
    assert.deepEqual(twoReduced.digests, oneReduced.digests);
  });

  it('gives the same bits when it was stopped and resumed, and is not resumed on other data', async () => {
    const half = { 'dataset.root': inputs.data, assets: inputs.assets, 'train.max_steps': 3 };
    await cluster.submit(config, { ...half, workers: 2 }, 'resumed');
    const resumed = await cluster.resume('resumed', 6);
    assert.deepEqual([resumed.state, resumed.step], ['completed', 6]);
    const uninterrupted = (await cluster.checkpoints('two')).at(-1)?.sha256;
    assert.equal((await cluster.checkpoints('resumed')).at(-1)?.sha256, uninterrupted);

    const moved = join(folder, 'moved');
    renameSync(inputs.data, moved);
    renameSync(inputs.otherData, inputs.data);
    const refused = await cluster.resume('resumed', 9);
    renameSync(inputs.data, inputs.otherData);
    renameSync(moved, inputs.data);
    assert.equal(refused.state, 'failed');
    assert.match(refused.reason, /AU_CHECKPOINT_PROVENANCE|dataset was \w+, is/);
    const after = await cluster.checkpoints('resumed');
    assert.equal(after.at(-1)?.sha256, uninterrupted, 'what was there is kept');
  });

  it('gives the same bits when a legacy model.tar lies between its halves', async () => {
    const half = { 'dataset.root': inputs.data, assets: inputs.assets };
    await cluster.submit(config, { ...half, 'train.max_steps': 3 }, 'first-half');
    const [pulled, file] = [join(folder, 'pulled'), join(folder, 'model.tar')];
    for (const command of [
      ['checkpoints', 'pull', 'first-half', '--latest', '-o', pulled],
      ['checkpoints', 'export', pulled, '--assets', inputs.assets, '-o', file],
    ]) {
      const { code, stderr } = await auseq(command, cluster.env);
      assert.equal(code, 0, stderr);
    }
    const sets = { ...half, 'train.max_steps': 6, pretrained_modelpath: file };
    await cluster.submit(config, sets, 'second-half');
    const [end, uninterrupted] = [await cluster.checkpoints('second-half'), await cluster.checkpoints('two')];
    assert.equal(end.at(-1)?.sha256, uninterrupted.at(-1)?.sha256);
  });

  it('trains other weights from another seed', async () => {
    const other = await train('other-seed', { workers: 2, 'train.seed': 99 });
    const one = await cluster.checkpoints('one');
    assert.notEqual(other.digests.at(-1), one.at(-1)?.sha256);
  });

  it('has whole ledgers: the same draws on one worker and on two, also of runs that were resumed or begin with a model.tar', async () => {
    const ledgerOf = async (run: string) => {
      const { code, stdout, stderr } = await auseq(['runs', 'ledger', run, '--output', 'json'], cluster.env);
      assert.equal(code, 0, stderr);
      return stdout.trim().split('\n');
    };
    assert.deepEqual(await ledgerOf('two'), await ledgerOf('one'));
    for (const [run, draws] of Object.entries({ two: 48, resumed: 48, 'second-half': 24 })) {
      const verdict = await auseqJson<{ ok: boolean; draws: number }>(['runs', 'ledger', run, '--verify'], cluster.env);
      assert.deepEqual([verdict.ok, verdict.draws], [true, draws], run);
    }
  });
});
