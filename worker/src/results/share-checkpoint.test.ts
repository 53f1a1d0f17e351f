import assert from 'node:assert/strict';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, describe, it } from 'node:test';
import { pathToFileURL } from 'node:url';
import type { ObjectStore } from '@auseq/infra/store/object-store';
import { openStore } from '@auseq/infra/store/open-store';
import { manifestKey, planParts } from './checkpoint-layout.js';
import { dyingStore, Killed, wholeSteps } from './checkpoints.fixture.js';
import { readCheckpoint } from './read-checkpoint.js';
import { shareCheckpoint } from './share-checkpoint.js';
import { stateDigest, type TrainingState } from './state-digest.js';
import { writeCheckpoint } from './write-checkpoint.js';

const run = 'r';

/** A state of nine arrays, above the smallest part each: nine parts. */
function aBigState(step: number): TrainingState {
  const arrays = Array.from({ length: 9 }, (_, index) => ({
    name: `w/${index}`,
    shape: [17_000],
    data: Float32Array.from({ length: 17_000 }, (_, at) => step + index / 10 + (at % 97)),
  }));
  return { snapshot: { step, arrays }, data: { epoch: 0, position: step }, seed: 1 };
}

describe('a checkpoint whose parts several members write', () => {
  let root: string;
  let trials = 0;
  before(async () => {
    root = await mkdtemp(join(tmpdir(), 'auseq-share-'));
  });
  after(() => rm(root, { recursive: true, force: true }));
  const fresh = () => openStore(pathToFileURL(join(root, String(trials++))).href);
  const share = (store: ObjectStore, rank: number, members: number, state = aBigState(10)) =>
    shareCheckpoint(store, run, state, { rank, members });
  const write = (store: ObjectStore, members: number, graceMs: number | undefined, state = aBigState(10)) =>
    writeCheckpoint(store, run, state, {}, { members, graceMs });

  it('has every array in one part whatever the sizes, and each part one member', () => {
    for (let trial = 0; trial < 200; trial++) {
      const count = 1 + Math.floor(Math.random() * 30);
      const arrays = Array.from({ length: count }, () => ({
        data: { byteLength: 4 * Math.ceil(Math.random() ** 6 * 2e7) },
      }));
      assert.deepEqual(planParts(arrays).flat(), arrays);
    }
  });

  it('is written by all of them, and has the digest that one alone gives it', async () => {
    const store = await fresh();
    const [two, three, { manifest, wrote }] = await Promise.all([
      share(store, 1, 3),
      share(store, 2, 3),
      write(store, 3, 5_000),
    ]);
    assert.deepEqual([wrote, two, three], [3, 3, 3]);
    assert.equal(manifest.sha256, stateDigest(aBigState(10)));
    const alone = await write(await fresh(), 1, undefined);
    assert.equal(alone.wrote, 9);
    assert.deepEqual(alone.manifest, manifest);
    assert.deepEqual((await readCheckpoint(store, manifestKey(run, 10))).state, aBigState(10));
  });

  it('needs none of the others: what they do not bring is written by the writer', async () => {
    const store = await fresh();
    assert.equal((await write(store, 4, 50)).wrote, 9);
    assert.deepEqual(await wholeSteps(store, run), [10]);
    assert.equal(await share(store, 1, 4), 0, 'one that comes late writes nothing');
  });

  it('is whole or not listed wherever any of them dies, and a successor of the writer completes it', async () => {
    for (let trial = 0; trial < 60; trial++) {
      const store = await fresh();
      const members = 1 + (trial % 4);
      const dieAt = () => (Math.random() < 0.4 ? 1e9 : Math.floor(Math.random() * 11));
      const ended = await Promise.allSettled([
        write(dyingStore(store, dieAt()), members, 20),
        ...Array.from({ length: members - 1 }, (_, index) => share(dyingStore(store, dieAt()), index + 1, members)),
      ]);
      for (const each of ended) if (each.status === 'rejected') assert.ok(each.reason instanceof Killed, each.reason);
      const listed = await wholeSteps(store, run);
      assert.deepEqual(listed, ended[0]!.status === 'fulfilled' ? [10] : []);
      const { manifest } = await write(store, 1, undefined);
      assert.equal(manifest.sha256, stateDigest(aBigState(10)));
      assert.deepEqual(await wholeSteps(store, run), [10]);
    }
  });

  it('takes no part of another state for its own, though both have the same step', async () => {
    const store = await fresh();
    const other = aBigState(10);
    other.snapshot.arrays[4]!.data[5] = -1;
    for (const rank of [1, 2]) await share(store, rank, 3, other);
    const { wrote } = await write(store, 3, 50);
    assert.equal(wrote, 4, 'its own three, and the one that differs');
    assert.deepEqual(await wholeSteps(store, run), [10]);
  });

  it('that is damaged is written anew as a whole, parts of the right name and size too', async () => {
    const store = await fresh();
    const { manifest } = await write(store, 1, undefined);
    const bytes = Buffer.from(await store.get(manifest.parts[2]!.key));
    bytes[bytes.length - 1]! ^= 1;
    await store.put(manifest.parts[2]!.key, bytes);
    assert.equal((await write(store, 3, 10_000)).wrote, 9);
    assert.deepEqual(await wholeSteps(store, run), [10]);
  });
});
