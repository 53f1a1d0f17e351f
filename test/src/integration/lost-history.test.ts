import assert from 'node:assert/strict';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, describe, it } from 'node:test';
import { auseq, auseqJson } from '../kit/auseq.js';
import { type RunView, startCluster, type TestCluster } from '../kit/cluster.js';
import { makeTinyInputs } from '../kit/tiny-inputs.js';

describe('a cluster whose JetStream lost all data (PROTOCOL 19)', () => {
  let cluster: TestCluster;
  let sets: Record<string, string | number>;
  const folder = mkdtempSync(join(tmpdir(), 'auseq-inputs-'));

  before(async () => {
    const inputs = await makeTinyInputs(folder);
    sets = { 'dataset.root': inputs.data, assets: inputs.assets, 'train.checkpoint_steps': 2 };
    cluster = await startCluster({ workers: 2 });
  });
  after(async () => {
    await cluster?.stop();
    rmSync(folder, { recursive: true, force: true });
  });

  it('resumes a run from the store alone, with the bits and the ledger of a run that lost nothing', async () => {
    await cluster.submit('configs/tiny.yml', { ...sets, 'train.max_steps': 6 }, 'unbroken');
    const unbroken = (await cluster.checkpoints('unbroken')).at(-1)!;
    await cluster.submit('configs/tiny.yml', { ...sets, 'train.max_steps': 4 }, 'broken');
    await cluster.restartWithout('nats');
    const runs = await auseqJson<RunView[]>(['runs', 'list'], cluster.env);
    assert.deepEqual(
      runs.map(({ name, state, step }) => [name, state, step]),
      [
        ['unbroken', 'stopped', 6],
        ['broken', 'stopped', 4],
      ],
    );
    assert.match(runs[1]!.reason, /only the store knows this run/);
    const resumed = await cluster.resume('broken', 6);
    assert.deepEqual([resumed.state, resumed.step], ['completed', 6], resumed.reason);
    const last = (await cluster.checkpoints('broken')).at(-1)!;
    assert.deepEqual([last.step, last.sha256], [unbroken.step, unbroken.sha256]);
    const verified = await auseq(['runs', 'ledger', 'broken', '--verify'], cluster.env);
    assert.equal(verified.code, 0, verified.stderr);
    assert.match(verified.stdout, /steps +6 \(1 to 6\)/);
  });
});
