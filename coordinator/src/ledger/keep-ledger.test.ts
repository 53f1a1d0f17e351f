import assert from 'node:assert/strict';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, describe, it } from 'node:test';
import { setTimeout as pause } from 'node:timers/promises';
import { RunHistory } from '@auseq/infra/history/run-history';
import { createLogger } from '@auseq/infra/logging/logger';
import { connectNats } from '@auseq/infra/nats/connect-nats';
import { type NatsFixture, startNats } from '@auseq/infra/nats/nats.fixture';
import type { ObjectStore } from '@auseq/infra/store/object-store';
import { openStore } from '@auseq/infra/store/open-store';
import { AuseqError } from '@auseq/proto/errors';
import type { LedgerLine } from '@auseq/proto/gen/auseq/v1/auseq';
import type { LedgerPlace } from '@auseq/proto/run-records';
import { commitSubject, runStream } from '@auseq/proto/subjects';
import { verifyLedger } from '@auseq/proto/verify-ledger';
import type { NatsConnection } from 'nats';
import { startStoreKeeper } from '../store-keeper.js';
import { commit, generation, type Happening, history as historyOf } from './history.fixture.js';
import { keepLedger } from './keep-ledger.js';
import { ledgerLines } from './ledger-lines.js';
import { pieceKey } from './pieces.js';
import { storedLedger } from './stored-ledger.js';
import { streamLedger } from './stream-ledger.js';

const shape = { leaves: 2, batchSize: 2, epochLength: 6 };
async function until(holds: () => boolean | Promise<boolean>): Promise<void> {
  for (const giveUpAt = Date.now() + 10_000; !(await holds()); await pause(10))
    if (Date.now() > giveUpAt) throw new Error('waited 10 s in vain');
}
const steps = (count: number): Happening[] => Array.from({ length: count }, () => 'step');

describe('keeping a ledger in the store', () => {
  let nats: NatsFixture;
  let connection: NatsConnection;
  let history: RunHistory;
  let store: ObjectStore;
  const folder = mkdtempSync(join(tmpdir(), 'auseq-ledger-'));
  const { signal } = new AbortController();

  before(async () => {
    nats = await startNats();
    connection = await connectNats(nats.url, { name: 'test' });
    history = await RunHistory.open(connection);
    store = await openStore(`file://${folder}`);
  });
  after(async () => {
    await connection.close();
    await nats.stop();
    rmSync(folder, { recursive: true, force: true });
  });

  /** Appends what is missing of a run's records. */
  const append = async (run: string, happenings: readonly Happening[], done = 0) => {
    const records = historyOf(happenings, shape).stored.slice(done);
    let sequence = (await history.last(run))?.sequence ?? 0;
    for (const { record } of records) sequence = (await history.append({ ...record, run }, sequence))!;
    return done + records.length;
  };
  const keys = async (run: string) => {
    const found: string[] = [];
    for await (const { key } of store.list(`runs/${run}/ledger/`)) found.push(key.slice(`runs/${run}/ledger/`.length));
    return found;
  };
  const all = async (source: AsyncIterable<LedgerLine>) => {
    const lines: LedgerLine[] = [];
    for await (const line of source) lines.push(line);
    return lines;
  };
  const fromHistory = async (run: string) => {
    const last = (await history.last(run))!;
    return all(ledgerLines(() => history.read(run, 0, last.sequence, signal)));
  };

  it('writes what is new at each call, an incarnation of its own after a rollback, the same lines as the history has', async () => {
    const first = steps(5);
    let done = await append('grows', first);
    let kept = await keepLedger({ history, store }, 'grows', null, signal);
    assert.deepEqual(await keys('grows'), ['00000001-00000005.ndjson']);
    const second: Happening[] = [...first, 'join', ...steps(3), { back: 4 }, ...steps(2)];
    done = await append('grows', second, done);
    kept = await keepLedger({ history, store }, 'grows', kept, signal);
    const expected = ['00000001-00000005.ndjson', '00000005-00000006-i1.ndjson', '00000006-00000008.ndjson'];
    assert.deepEqual(await keys('grows'), expected);
    assert.deepEqual(await all(storedLedger(store, 'grows', signal)), await fromHistory('grows'));
    // A coordinator that knows nothing of before writes the rest only, and nothing when there is none.
    await append('grows', [...second, ...steps(1)], done);
    await keepLedger({ history, store }, 'grows', null, signal);
    assert.deepEqual(
      await keys('grows'),
      [...expected.slice(0, 2), '00000006-00000008.ndjson', '00000007-00000007-i1.ndjson'].sort(),
    );
    assert.equal(await keepLedger({ history, store }, 'grows', null, signal), null);
    const lines = await all(storedLedger(store, 'grows', signal));
    assert.deepEqual(lines, await fromHistory('grows'));
    const verdict = await verifyLedger(lines, { ...shape, totalSteps: 7 });
    assert.deepEqual([verdict.ok, verdict.draws, verdict.rolledBack], [true, 28, 16]);
  });

  it('goes on after JetStream lost its data: old lines from the store, what was taken again counts once (PROTOCOL 19)', async () => {
    const run = 'lost';
    const manager = await connection.jetstreamManager();
    const forget = () => manager.streams.purge(runStream.name, { filter: commitSubject(run) });
    const goOn = async (base: number, number: number, place: LedgerPlace, count: number) => {
      const first = { ...generation(number, base), run, continues: false, after: place };
      let sequence = (await history.append(first, (await history.last(run))?.sequence ?? 0))!;
      for (let step = base + 1; step <= base + count; step++)
        sequence = (await history.append({ ...commit(step, number, shape), run }, sequence))!;
    };
    const whole = async (totalSteps: number) => {
      const lines = await all(streamLedger(history, store, run, signal));
      const verdict = await verifyLedger(lines, { ...shape, totalSteps });
      assert.deepEqual([verdict.ok, verdict.problems], [true, []]);
      return { lines, verdict };
    };
    await append(run, [...steps(3), { back: 1 }, ...steps(5)]); // generation 2, incarnation 1, up to step 7
    await keepLedger({ history, store }, run, null, signal);
    await forget();
    await goOn(5, 3, { incarnation: 1, lastStep: 7 }, 4); // from a checkpoint that is older than the ledger
    assert.equal((await whole(9)).verdict.rolledBack, 4 + 8);
    await keepLedger({ history, store }, run, null, signal);
    const { lines } = await whole(9);
    await forget();
    assert.deepEqual(await all(storedLedger(store, run, signal)), lines, 'lost again, the store has all of it');
    await goOn(9, 4, { incarnation: 2, lastStep: 9 }, 2); // from a checkpoint as new as the ledger
    assert.equal((await whole(11)).verdict.rolledBack, 4 + 8);
    await keepLedger({ history, store }, run, null, signal);
    await whole(11);
  });

  it('keeps long histories in pieces', async () => {
    await append('long', steps(1203));
    await keepLedger({ history, store }, 'long', null, signal);
    assert.deepEqual(await keys('long'), [
      '00000001-00000500.ndjson',
      '00000501-00001000.ndjson',
      '00001001-00001203.ndjson',
    ]);
    const verdict = await verifyLedger(storedLedger(store, 'long', signal), { ...shape, totalSteps: 1203 });
    assert.deepEqual([verdict.ok, verdict.draws], [true, 4812]);
  });

  it('writes later what a store that was away did not take, and never again what it has', async () => {
    await append('away', steps(2));
    const folderOfRun = join(folder, 'runs/away');
    mkdirSync(folderOfRun, { recursive: true });
    writeFileSync(join(folderOfRun, 'ledger'), 'a file where the folder should be');
    await assert.rejects(keepLedger({ history, store }, 'away', null, signal));
    rmSync(join(folderOfRun, 'ledger'));
    await keepLedger({ history, store }, 'away', null, signal);
    assert.deepEqual(await keys('away'), ['00000001-00000002.ndjson']);
    const key = pieceKey('away', { firstStep: 1, lastStep: 2, incarnation: 0 });
    const written = Buffer.from(await store.get(key)).toString();
    await store.remove(key);
    await store.put(key, Buffer.from('of another hand'));
    const known = { place: { incarnation: 0, lastStep: 0 }, sequence: 0 };
    await keepLedger({ history, store }, 'away', known, signal);
    assert.equal(Buffer.from(await store.get(key)).toString(), 'of another hand');
    const isBroken = (error: unknown) => error instanceof AuseqError && error.code === 'AU_LEDGER_BROKEN';
    await assert.rejects(all(storedLedger(store, 'away', signal)), isBroken);
    for (const changed of [written.replace('clip/0', 'clip/1'), written.split('\n').slice(1).join('\n'), '']) {
      await store.put(key, Buffer.from(changed));
      await assert.rejects(all(storedLedger(store, 'away', signal)), isBroken, changed.slice(0, 80));
    }
  });

  it('tries again by itself while the store is away', async () => {
    const done = await append('patient', steps(1));
    const blocked = join(folder, 'runs/patient/ledger');
    mkdirSync(join(folder, 'runs/patient'), { recursive: true });
    writeFileSync(blocked, 'a file where the folder should be');
    const warnings: string[] = [];
    const logger = createLogger({ role: 'coordinator', destination: { write: (line) => warnings.push(line) } });
    const runs = () => ['patient'];
    const record = () => undefined;
    const keeper = startStoreKeeper({ connection, history, store, runs, record, logger, firstRetryMs: 20 });
    await until(() => warnings.some((line) => line.includes('not in the store yet')));
    await append('patient', steps(2), done);
    rmSync(blocked);
    await until(async () => (await keys('patient')).length === 1);
    assert.deepEqual(await keys('patient'), ['00000001-00000002.ndjson']);
    await keeper.close();
  });
});
