import assert from 'node:assert/strict';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, describe, it } from 'node:test';
import { pathToFileURL } from 'node:url';
import type { ObjectStore } from '@auseq/infra/store/object-store';
import { openStore } from '@auseq/infra/store/open-store';
import { manifestKey } from './checkpoint-layout.js';
import { openSpool } from './checkpoint-spool.js';
import { aState, dyingStore, Killed, onlyPart, wholeSteps } from './checkpoints.fixture.js';
import { retainCheckpoints } from './retain-checkpoints.js';
import { uploadSpooled } from './upload-spooled.js';
import { writeCheckpoint } from './write-checkpoint.js';

const run = 'r';
const mostWrites = 100;

/** A kill between or inside any two writes of a store, over a real folder. */
describe('a process that dies at any write leaves nothing that is listed and not whole', () => {
  let root: string;
  let trials = 0;
  before(async () => {
    root = await mkdtemp(join(tmpdir(), 'auseq-cut-'));
  });
  after(() => rm(root, { recursive: true, force: true }));
  const fresh = () => openStore(pathToFileURL(join(root, String(trials++))).href);

  /** Runs `work` anew for each place to die at, then again to its end in the same store. Returns how many places there were. */
  async function everywhere(
    prepare: (store: ObjectStore) => Promise<void>,
    work: (store: ObjectStore) => Promise<unknown>,
    check: (steps: number[], finished: boolean) => void,
  ): Promise<number> {
    for (let dieAt = 0; dieAt < mostWrites; dieAt++) {
      const store = await fresh();
      await prepare(store);
      const dying = dyingStore(store, dieAt);
      const died = await work(dying).then(
        () => false,
        (error: unknown) => {
          assert.ok(error instanceof Killed, String(error));
          return true;
        },
      );
      check(await wholeSteps(store, run), !died);
      if (!died) return dieAt;
      await work(store);
      check(await wholeSteps(store, run), true);
    }
    throw new Error('it never came to an end');
  }

  it('while a checkpoint is written', async () => {
    const places = await everywhere(
      async (store) => void (await writeCheckpoint(store, run, aState(10), {})),
      (store) => writeCheckpoint(store, run, aState(20), {}),
      (steps, finished) => assert.deepEqual(steps, finished ? [10, 20] : [10]),
    );
    assert.equal(places, 2); // one part and the manifest
  });

  it('while a damaged one, or one of another state, is written anew', async () => {
    const damage = async (store: ObjectStore) => {
      await writeCheckpoint(store, run, aState(10), {});
      await writeCheckpoint(store, run, aState(20), {});
      await store.put(await onlyPart(store, run, 20), Buffer.from('damaged'));
    };
    const places = await everywhere(
      async (store) => void (await writeCheckpoint(store, run, { ...aState(20), seed: 2 }, {})),
      (store) => writeCheckpoint(store, run, aState(20), {}),
      (steps, finished) => assert.ok(!finished || steps.includes(20)),
    );
    assert.equal(places, 3); // the old manifest goes first
    const store = await fresh();
    await damage(store);
    await assert.rejects(wholeSteps(store, run), { code: 'AU_CHECKPOINT_CORRUPT' });
    await writeCheckpoint(store, run, aState(20), {});
    assert.deepEqual(await wholeSteps(store, run), [10, 20]);
  });

  it('while old ones are removed', async () => {
    const all = [10, 20, 30, 40];
    const places = await everywhere(
      async (store) => {
        for (const step of all) await writeCheckpoint(store, run, aState(step), {});
      },
      (store) => retainCheckpoints(store, run, { keep: 2, isEpochEnd: () => false }),
      (steps, finished) => assert.deepEqual(finished ? steps : steps.slice(-2), [30, 40]),
    );
    assert.equal(places, 4);
  });

  it('while the spool catches up', async () => {
    let spools = 0;
    const fill = async () => {
      const folder = join(root, `spool-${spools++}`);
      const spool = openSpool({ folder, run, storeUrl: 'file:///x', limitBytes: 1e9 });
      for (const step of [20, 30]) await spool.add(aState(step), {});
      return spool;
    };
    let spool = await fill();
    const upload = async (store: ObjectStore) => {
      for (const manifest of await spool.pending()) await uploadSpooled(spool, store, manifest);
    };
    const places = await everywhere(
      async (store) => {
        spool = await fill();
        await writeCheckpoint(store, run, aState(10), {});
      },
      upload,
      (steps, finished) => assert.deepEqual(steps, finished ? [10, 20, 30] : steps.filter((step) => step < 30)),
    );
    assert.equal(places, 4);
    assert.deepEqual(await spool.pending(), []);
  });

  it('and what the spool holds is not sent over what is stored, nor sent damaged (PROTOCOL 16)', async () => {
    const store = await fresh();
    const folder = join(root, 'spool-last');
    const spool = openSpool({ folder, run, storeUrl: store.url, limitBytes: 1e9 });
    await writeCheckpoint(store, run, { ...aState(20), seed: 9 }, {});
    const before = await store.get(manifestKey(run, 20));
    for (const step of [20, 30]) await spool.add(aState(step), {});
    const files = await openStore(pathToFileURL(folder).href);
    await files.put(await onlyPart(files, run, 30), Buffer.from('cut'));
    const outcomes = [];
    for (const manifest of await spool.pending()) outcomes.push(await uploadSpooled(spool, store, manifest));
    assert.deepEqual(outcomes, ['there', 'damaged']);
    assert.deepEqual(await store.get(manifestKey(run, 20)), before);
    assert.deepEqual(await wholeSteps(store, run), [20]);
  });
});
