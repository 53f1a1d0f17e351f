import assert from 'node:assert/strict';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, it } from 'node:test';
import { pathToFileURL } from 'node:url';
import { faultyStore } from '@auseq/infra/store/faulty-store';
import type { ObjectStore } from '@auseq/infra/store/object-store';
import { openStore } from '@auseq/infra/store/open-store';
import { manifestKey } from './checkpoint-layout.js';
import { aState, onlyPart } from './checkpoints.fixture.js';
import { readCheckpoint } from './read-checkpoint.js';
import { writeCheckpoint } from './write-checkpoint.js';

describe('reading a checkpoint', () => {
  const key = manifestKey('r', 10);
  let part: string;
  let folder: string;
  let store: ObjectStore;
  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), 'auseq-read-'));
    store = await openStore(pathToFileURL(folder).href);
    await writeCheckpoint(store, 'r', aState(10), {});
    part = await onlyPart(store, 'r', 10);
  });
  afterEach(() => rm(folder, { recursive: true, force: true }));

  /** The coordinator knows the damaged one by `where`. */
  const isDamaged = (why: RegExp) =>
    assert.rejects(readCheckpoint(store, key), (error: Error & { code?: string; where?: string; why?: string }) => {
      assert.deepEqual([error.code, error.where], ['AU_CHECKPOINT_CORRUPT', key]);
      assert.match(error.why!, why);
      return true;
    });

  it('gives back what was written', async () => {
    const { state } = await readCheckpoint(store, key);
    assert.deepEqual(state, aState(10));
  });

  it('names what is damaged: a part, a missing part, the manifest, its digest', async () => {
    const manifest = JSON.parse(Buffer.from(await store.get(key)).toString()) as { sha256: string; parts: unknown[] };
    const say = (change: object) => store.put(key, Buffer.from(JSON.stringify({ ...manifest, ...change })));
    await say({ sha256: 'another' });
    await isDamaged(/the state digest is/);
    await say({ parts: [{}] });
    await isDamaged(/a part has no key/);
    await say({ seed: 'x' });
    await isDamaged(/a number is missing/);
    await store.put(key, Buffer.from('{"version":'));
    await isDamaged(/the manifest cannot be read/);
    await say({});
    await store.put(part, Buffer.from('cut'));
    await isDamaged(/part-000.* has sha256/);
    await store.remove(part);
    await isDamaged(/no object .*part-000/);
    await store.remove(key);
    await isDamaged(/no object .*manifest/);
  });

  it('takes a store that is away for no damage', async () => {
    const away = faultyStore(store, () => ({ error: 'unreachable' }));
    await assert.rejects(readCheckpoint(away, key), { code: 'AU_STORE_UNREACHABLE' });
  });
});
