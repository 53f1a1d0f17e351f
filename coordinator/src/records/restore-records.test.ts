import assert from 'node:assert/strict';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, describe, it } from 'node:test';
import { createLogger } from '@auseq/infra/logging/logger';
import type { ObjectStore } from '@auseq/infra/store/object-store';
import { openStore } from '@auseq/infra/store/open-store';
import { history } from '../ledger/history.fixture.js';
import { ledgerLines } from '../ledger/ledger-lines.js';
import { encodePiece, pieceKey } from '../ledger/pieces.js';
import { manifestKey } from '../results/checkpoints.js';
import { aRun, now } from '../runs/run-record.fixture.js';
import { resumeChange } from '../runs/submit-run.js';
import { keepRecord } from './keep-record.js';
import { restoreRecords } from './restore-records.js';

describe('records in the store outlive those in JetStream (PROTOCOL 19)', () => {
  const folder = mkdtempSync(join(tmpdir(), 'auseq-records-'));
  const { signal } = new AbortController();
  const said: string[] = [];
  const logger = createLogger({ role: 'coordinator', destination: { write: (line) => void said.push(line) } });
  let store: ObjectStore;
  before(async () => {
    store = await openStore(`file://${folder}`);
  });
  after(() => rmSync(folder, { recursive: true, force: true }));
  const keys = async () => {
    const found: string[] = [];
    for await (const { key } of store.list('records/')) found.push(key);
    return found;
  };
  const restore = (...known: string[]) => restoreRecords(store, (run) => known.includes(run), logger, signal);

  it('are written once for what they say, and again only when something that lasts has changed', async () => {
    const record = aRun({ name: 'kept' });
    await keepRecord(store, record);
    await keepRecord(store, { ...record, state: 'running', step: 7, generation: 3, members: ['worker-0'] });
    assert.equal((await keys()).length, 1);
    const proof = { worker: 'worker-0', parts: { decode: 'ff' } };
    await keepRecord(store, { ...record, proof });
    await keepRecord(store, { ...record, ...resumeChange(record, { maxSteps: 500, fromStep: null }, now), proof });
    assert.deepEqual(
      (await keys()).map((key) => key.replace(/-[0-9a-f]{8}\.json$/, '')),
      ['records/kept/0000', 'records/kept/0001', 'records/kept/0002'],
    );
    const [restored] = await restore();
    assert.deepEqual([restored!.maxSteps, restored!.config.train.max_steps, restored!.proof], [500, 500, proof]);
  });

  it('come back with the newest whole checkpoint and the end of the ledger, ready to be resumed', async () => {
    const { stored } = history(['step', 'step', 'join', 'step'], { leaves: 1, batchSize: 1, epochLength: 9 });
    const lines = [];
    for await (const line of ledgerLines(async function* () {
      yield* stored;
    }))
      lines.push(line);
    await store.put(pieceKey('kept', { firstStep: 1, lastStep: 3, incarnation: 0 }), encodePiece(lines));
    const part = { key: manifestKey('kept', 2).replace('manifest.json', 'part-000'), sha256: '', bytes: 4 };
    await store.put(part.key, Buffer.from('part'));
    await store.put(manifestKey('kept', 2), Buffer.from(JSON.stringify({ step: 2, sha256: 'aa', parts: [part] })));
    const [restored] = await restore();
    assert.deepEqual(
      [restored!.state, restored!.step, restored!.latestCheckpoint, restored!.stateDigest, restored!.generation],
      ['stopped', 2, manifestKey('kept', 2), 'aa', 2],
    );
    assert.deepEqual(restored!.ledgerAfter, { incarnation: 0, lastStep: 3 });
    assert.match(restored!.reason, /records are lost; auseq runs resume kept goes on from the checkpoint of step 2/);
    assert.deepEqual(await restore('kept'), [], 'what JetStream knows is not touched');
  });

  it('that cannot be read are said and leave the others', async () => {
    await store.put('records/broken/0000-00000000.json', Buffer.from('{"version": 1'));
    await store.put('records/odd name', Buffer.from('no record'));
    assert.deepEqual(
      (await restore()).map(({ name }) => name),
      ['kept'],
    );
    assert.match(said.join(''), /only the store knows cannot be read.*/);
    assert.match(said.join(''), /AU_RUN_RECORD/);
  });
});
