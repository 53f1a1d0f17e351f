import assert from 'node:assert/strict';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, it } from 'node:test';
import { openStore } from '@auseq/infra/store/open-store';
import { manifestKey } from './checkpoint-layout.js';
import { endsEpoch, pruneCheckpoints } from './prune-checkpoints.js';

describe('old checkpoints', () => {
  it('go, but not the newest, not those at the ends of epochs, and nothing that is still being written', async () => {
    const folder = mkdtempSync(join(tmpdir(), 'auseq-prune-'));
    try {
      const store = await openStore(`file://${folder}`);
      for (const step of [10, 20, 30, 40, 50, 60]) {
        await store.put(manifestKey('trial', step).replace('manifest.json', 'part-0'), Buffer.from('x'));
        if (step !== 10) await store.put(manifestKey('trial', step), Buffer.from('{}'));
      }
      const plan = { run: 'trial', keep: 2, isEpochEnd: (step: number) => step === 30 };
      assert.deepEqual(await pruneCheckpoints(store, plan), [40, 20]);
      const left: string[] = [];
      for await (const { key } of store.list('runs/')) left.push(key.split('/').slice(3).join('/'));
      const both = (step: number) => [`000000${step}/manifest.json`, `000000${step}/part-0`];
      assert.deepEqual(left, ['00000010/part-0', ...both(30), ...both(50), ...both(60)]);
    } finally {
      rmSync(folder, { recursive: true, force: true });
    }
  });

  it('of an epoch are its first at or after its end', () => {
    const kept = [500, 1000, 1500, 2000, 2500, 3000, 3500, 4000].filter((step) => endsEpoch(step, 500, 1, 1700));
    assert.deepEqual(kept, [2000, 3500]);
  });
});
