import assert from 'node:assert/strict';
import { existsSync } from 'node:fs';
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterEach, beforeEach, describe, it } from 'node:test';
import { pathToFileURL } from 'node:url';
import { faultyStore, type StoreFault } from '@auseq/infra/store/faulty-store';
import type { ObjectStore } from '@auseq/infra/store/object-store';
import { openStore } from '@auseq/infra/store/open-store';
import { type CheckpointKeeper, createCheckpointKeeper, type KeeperNotice } from './checkpoint-keeper.js';
import { checkpointFolder } from './checkpoint-layout.js';
import { openSpool, planDrops } from './checkpoint-spool.js';
import { aState, wholeSteps } from './checkpoints.fixture.js';
import { writeCheckpoint } from './write-checkpoint.js';

const run = 'r';
const rule = { keep: 3, epochSteps: 1, every: 10 };

describe('checkpoints and a store that fails', () => {
  let root: string;
  let store: ObjectStore;
  let fault: StoreFault | null;
  let listsSlowly: boolean;
  let notices: KeeperNotice[];
  let keepers: CheckpointKeeper[];
  beforeEach(async () => {
    root = await mkdtemp(join(tmpdir(), 'auseq-keeper-'));
    store = await openStore(pathToFileURL(join(root, 'store')).href);
    [fault, notices, keepers] = [null, [], []];
    listsSlowly = false;
  });
  afterEach(async () => {
    for (const keeper of keepers) await keeper.close();
    await rm(root, { recursive: true, force: true });
  });

  const folder = () => join(root, 'spool', 'r-0');
  const spoolOf = (limitBytes = 1e9, free?: () => Promise<number>) =>
    openSpool({ folder: folder(), run, storeUrl: store.url, limitBytes, ...(free ? { free } : {}) });
  const keep = (spool: ReturnType<typeof spoolOf> | null = spoolOf()) => {
    const keeper = createCheckpointKeeper({
      ...{ run, spool, rule, tell: (notice: KeeperNotice) => void notices.push(notice) },
      openStore: async () =>
        faultyStore(store, ({ verb }) => (listsSlowly && verb === 'list' ? { delayMs: 300 } : fault)),
      stallMs: { direct: 200, catchUp: 2_000 },
      backoffMs: { first: 5, longest: 20 },
    });
    keepers.push(keeper);
    return keeper;
  };
  const left = () => notices.flatMap((each) => (each.kind === 'left' ? [`${each.outcome} ${each.manifest.step}`] : []));

  it('go straight to one that is well, and nothing is written locally', async () => {
    const keeper = keep();
    assert.equal((await keeper.write(aState(10), {}, 1)).spooled, false);
    await keeper.settle(1_000);
    assert.deepEqual(await wholeSteps(store, run), [10]);
    assert.equal(existsSync(folder()), false);
    assert.deepEqual(notices, []);
  });

  it('wait on the local disk while it is away and follow in order when it is back', async () => {
    fault = { error: 'unreachable' };
    const keeper = keep();
    for (const step of [10, 20, 30]) assert.equal((await keeper.write(aState(step), {}, 1)).spooled, true);
    await assert.rejects(keeper.settle(50), (error: Error) => {
      assert.match(error.message, /step 10, 20, 30.*AU_STORE_UNREACHABLE.*AU_CHECKPOINT_SPOOLED/s);
      assert.ok(error.message.includes(folder()));
      return true;
    });
    assert.equal(notices.filter(({ kind }) => kind === 'trouble').length, 1);
    fault = null;
    await keeper.settle(5_000);
    assert.deepEqual(left(), ['uploaded 10', 'uploaded 20', 'uploaded 30']);
    assert.deepEqual(await wholeSteps(store, run), [10, 20, 30]);
    assert.equal(existsSync(folder()), false);
    assert.equal((await keeper.write(aState(40), {}, 1)).spooled, false);
  });

  it('wait too where it answers nothing, and where it refuses, which is said by name', async () => {
    fault = { delayMs: 60_000 };
    const keeper = keep();
    assert.equal((await keeper.write(aState(10), {}, 1)).spooled, true);
    fault = { error: 'refused' };
    await keeper.write(aState(20), {}, 1);
    await assert.rejects(keeper.settle(2_500), /AU_STORE_REFUSED/);
    const codes = notices.flatMap((each) => (each.kind === 'trouble' ? [each.error.code] : []));
    assert.equal(codes.at(-1), 'AU_STORE_REFUSED');
  });

  it('wait too while the one before is still on its way to a slow one, which holds nobody up', async () => {
    fault = { delayMs: 100 };
    const keeper = keep();
    const writes = [10, 20, 30].map((step) => keeper.write(aState(step), {}, 1));
    const spooled = (await Promise.all(writes)).map((each) => each.spooled);
    assert.deepEqual(spooled, [false, true, true]);
    fault = null;
    await keeper.settle(5_000);
    assert.deepEqual(left(), ['uploaded 20', 'uploaded 30']);
    assert.deepEqual(await wholeSteps(store, run), [10, 20, 30]);
  });

  it('are sent where they are wanted by the time that a slow one has said what it holds', async () => {
    listsSlowly = true;
    fault = { error: 'unreachable' };
    const keeper = keep();
    await keeper.write(aState(10), {}, 1);
    fault = null;
    for (const step of [20, 30, 40]) assert.equal((await keeper.write(aState(step), {}, 1)).spooled, true);
    await keeper.settle(10_000);
    assert.deepEqual(left(), ['unwanted 10', 'uploaded 20', 'uploaded 30', 'uploaded 40']);
    listsSlowly = false;
    assert.deepEqual(await wholeSteps(store, run), [20, 30, 40]);
  });

  it('go to a slow one in order where there is no local disk for them', async () => {
    fault = { delayMs: 20 };
    const keeper = keep(null);
    const order: number[] = [];
    const writes = [10, 20, 30].map((step) => keeper.write(aState(step), {}, 1).then(() => order.push(step)));
    await Promise.all(writes);
    assert.deepEqual(order, [10, 20, 30]);
    assert.deepEqual(await wholeSteps(store, run), [10, 20, 30]);
  });

  it('of a dead process are sent by the next one, if they are still wanted', async () => {
    fault = { error: 'unreachable' };
    const dead = keep();
    for (const step of [10, 20]) await dead.write(aState(step), {}, 1);
    await dead.close();
    fault = null;
    for (const step of [30, 40]) await writeCheckpoint(store, run, aState(step), {});
    const next = keep();
    const half = join(folder(), checkpointFolder(run, 50), 'part-000.safetensors');
    await mkdir(dirname(half), { recursive: true });
    await writeFile(half, 'killed while it was added');
    await next.start();
    assert.equal(existsSync(half), false);
    await next.settle(5_000);
    assert.deepEqual(left(), ['unwanted 10', 'uploaded 20']);
    assert.deepEqual(await wholeSteps(store, run), [20, 30, 40]);
  });

  it('are dropped from the oldest on when the spool is full, never the newest', async () => {
    assert.deepEqual(planDrops([], 10, 5), []);
    const waiting = [1, 2, 3].map((step) => ({ step, bytes: 10 }));
    assert.deepEqual(planDrops(waiting, 10, 40), []);
    assert.deepEqual(planDrops(waiting, 10, 39), [1]);
    assert.deepEqual(planDrops(waiting, 10, 0), [1, 2, 3]);
    fault = { error: 'unreachable' };
    const keeper = keep(spoolOf(1));
    for (const step of [10, 20]) await keeper.write(aState(step), {}, 1);
    assert.deepEqual(
      notices.filter(({ kind }) => kind === 'dropped'),
      [{ kind: 'dropped', steps: [10], folder: folder() }],
    );
    fault = null;
    await keeper.settle(5_000);
    assert.deepEqual(await wholeSteps(store, run), [20]);
  });

  it('are refused before any damage when the local disk is full, and go to the store where that takes them', async () => {
    fault = { error: 'unreachable' };
    const room = { bytes: 1e12 };
    const keeper = keep(spoolOf(1e9, async () => room.bytes));
    await keeper.write(aState(10), {}, 1);
    room.bytes = 10;
    await assert.rejects(keeper.write(aState(20), {}, 1), { code: 'AU_DISK_FULL' });
    assert.deepEqual(
      (await spoolOf().pending()).map(({ step }) => step),
      [10],
    );
    fault = null;
    const written = await keeper.write(aState(30), {}, 1);
    await keeper.settle(5_000);
    assert.deepEqual(await wholeSteps(store, run), [10, 30]);
    assert.equal(written.spooled, false);
  });
});
