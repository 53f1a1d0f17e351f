import assert from 'node:assert/strict';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { pathToFileURL } from 'node:url';
import { openStore } from '@auseq/infra/store/open-store';
import { checkpointFolder, manifestKey } from './checkpoint-layout.js';
import { retainCheckpoints } from './retain-checkpoints.js';

test('the newest checkpoints and those at the ends of epochs are kept, others go with their parts (PROTOCOL 22)', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'auseq-retain-'));
  try {
    const store = await openStore(pathToFileURL(folder).href);
    for (const step of [10, 20, 30, 40, 50]) {
      await store.put(`${checkpointFolder('r', step)}/part-000.safetensors`, Buffer.from('part'));
      await store.put(manifestKey('r', step), Buffer.from('{}'));
    }
    for (const step of [15, 45])
      await store.put(`${checkpointFolder('r', step)}/part-001.safetensors`, Buffer.from('part'));
    await store.put(manifestKey('other', 10), Buffer.from('{}'));
    const removed = await retainCheckpoints(store, 'r', { keep: 2, isEpochEnd: (step) => step === 20 });
    assert.deepEqual(removed, [30, 10]);
    const left: string[] = [];
    for await (const { key } of store.list('runs/')) left.push(key);
    const kept = [20, 40, 50].flatMap((step) => [
      manifestKey('r', step),
      `${checkpointFolder('r', step)}/part-000.safetensors`,
    ]);
    // Step 45 may still be on its way; nobody would keep one of step 15.
    kept.push(`${checkpointFolder('r', 45)}/part-001.safetensors`);
    assert.deepEqual(left.filter((key) => key.includes('/r/')).sort(), kept.sort());
    assert.ok(left.includes(manifestKey('other', 10)));
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
});
