import assert from 'node:assert/strict';
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, describe, it } from 'node:test';
import { setTimeout as pause } from 'node:timers/promises';
import { auseqHome } from '@auseq/infra/runtime/auseq-home';
import { auseq, auseqJson } from '../kit/auseq.js';
import { startCluster, type TestCluster } from '../kit/cluster.js';
import { makeTinyInputs, type TinyInputs } from '../kit/tiny-inputs.js';

const waitMs = 120_000;

describe('a run whose store goes away', () => {
  let cluster: TestCluster;
  let inputs: TinyInputs;
  const folder = mkdtempSync(join(tmpdir(), 'auseq-away-'));
  const faults = join(folder, 'faults.json');
  // The spool is in AUSEQ_HOME, which all clones share: a name of our own keeps this test from others.
  const name = `away-${process.pid}`;
  const spools = () => {
    const root = join(auseqHome(), 'spool');
    return existsSync(root) ? readdirSync(root).filter((each) => each.startsWith(`${name}-`)) : [];
  };

  const until = async (what: string, look: () => Promise<boolean>) => {
    for (const giveUpAt = Date.now() + waitMs; !(await look()); await pause(200))
      if (Date.now() > giveUpAt) throw new Error(`waited in vain: ${what}`);
  };

  before(async () => {
    inputs = await makeTinyInputs(folder);
    process.env.AUSEQ_STORE_FAULTS = faults;
    cluster = await startCluster({ workers: 1 });
    await cluster.processes();
  });
  after(async () => {
    delete process.env.AUSEQ_STORE_FAULTS;
    await cluster?.stop();
    for (const each of spools()) rmSync(join(auseqHome(), 'spool', each), { recursive: true, force: true });
    rmSync(folder, { recursive: true, force: true });
  });

  it('goes on training, keeps its checkpoints on the local disk, and stores all that are wanted when it is back', async () => {
    const sets = {
      'dataset.root': inputs.data,
      assets: inputs.assets,
      'train.max_steps': 60,
      'train.checkpoint_steps': 5,
    };
    const run = cluster.submit('configs/tiny.yml', sets, name);
    run.catch(() => {});
    await until('the run steps', async () => (await cluster.show(name).catch(() => null))?.state === 'running');
    writeFileSync(faults, '{"error": "unreachable"}');
    await until('a checkpoint waits locally', async () => spools().length > 0);
    const { step } = await cluster.show(name);
    await until('training goes on', async () => (await cluster.show(name)).step > step + 5);
    rmSync(faults);
    const ended = await run;
    assert.deepEqual([ended.state, ended.step], ['completed', 60], ended.reason);
    const { generation } = await auseqJson<{ generation: number }>(['runs', 'show', name], cluster.env);
    assert.equal(generation, 1, 'nothing began anew');
    const verdicts = await auseqJson<{ step: number; whole: boolean }[]>(['checkpoints', 'verify', name], cluster.env);
    assert.deepEqual(
      verdicts.slice(-3).map((each) => [each.step, each.whole]),
      [50, 55, 60].map((each) => [each, true]),
    );
    assert.deepEqual(spools(), []);
  });

  it('ends with a coded error when the store stays away, and what is left is pushed', async () => {
    const late = `${name}-late`;
    const sets = {
      'dataset.root': inputs.data,
      assets: inputs.assets,
      'train.max_steps': 20,
      'train.checkpoint_steps': 5,
    };
    const run = cluster.submit('configs/tiny.yml', { ...sets, 'store.finish_seconds': 1 }, late);
    run.catch(() => {});
    await until('the run steps', async () => (await cluster.show(late).catch(() => null))?.state === 'running');
    writeFileSync(faults, '{"error": "unreachable"}');
    await assert.rejects(run, (error: Error) => {
      assert.match(error.message, /have not reached the store .*they wait in .*spool/s);
      return true;
    });
    rmSync(faults);
    const pushed = await auseqJson<{ step: number; outcome: string }[]>(['checkpoints', 'push', late], cluster.env);
    assert.deepEqual(pushed.at(-1)?.step, 20);
    assert.ok(pushed.every(({ outcome }) => outcome === 'uploaded'));
    assert.equal((await cluster.checkpoints(late)).at(-1)?.complete, true);
    const resumed = await cluster.resume(late, 20);
    assert.deepEqual([resumed.state, resumed.step], ['completed', 20], resumed.reason);
  });

  it('begins from an older checkpoint where the newest is damaged, and stores that step anew', async () => {
    const [before] = (await cluster.checkpoints(name)).slice(-1);
    const part = partOf(cluster.folder, name, 60);
    const bytes = readFileSync(part);
    bytes[bytes.length - 1]! ^= 1;
    writeFileSync(part, bytes);
    const ended = await cluster.resume(name, 65);
    assert.deepEqual([ended.state, ended.step], ['completed', 65], ended.reason);
    const { stdout } = await auseq(['runs', 'watch', name, '--output', 'json'], cluster.env);
    assert.match(stdout, /starts from step 55/);
    const stored = await cluster.checkpoints(name);
    assert.equal(stored.find(({ step }) => step === 60)?.sha256, before!.sha256, 'the same bits');
    const verdicts = await auseqJson<{ step: number; whole: boolean }[]>(['checkpoints', 'verify', name], cluster.env);
    assert.deepEqual(
      verdicts.filter(({ step }) => step >= 60).map((each) => [each.step, each.whole]),
      [60, 65].map((each) => [each, true]),
    );
  });
});

/** The first part of a checkpoint, wherever the cluster keeps its store. */
function partOf(folder: string, run: string, step: number): string {
  const start = join(run, 'checkpoints', String(step).padStart(8, '0'), 'part-000-');
  const found = readdirSync(folder, { recursive: true, encoding: 'utf8' }).find((file) => file.includes(start));
  assert.ok(found, start);
  return join(folder, found);
}
