import assert from 'node:assert/strict';
import { mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, describe, it } from 'node:test';
import { runConfig } from '@auseq/configs/schema';
import { differingParts, type Proof, proofParts } from '@auseq/proto/proof';
import { loadAssets } from '../assets/load.js';
import { synthesizeAssets } from '../assets/synthesize.js';
import type { AssetBundle } from '../assets/types.js';
import { type BivitEngine, createBivitEngine } from './bivit-engine.js';
import type { SyncMode } from './context.js';
import { coarse, id, manifest, samples, side } from './one-clip.fixture.js';
import { proveBits } from './prove-bits.js';

const signal = new AbortController().signal;

interface Wish {
  readonly sync?: SyncMode;
  readonly assets?: AssetBundle;
  readonly level?: number;
  readonly train?: object;
  readonly loss?: object;
  readonly featureCache?: string;
}

describe("the proof of a worker by the run's own programs (PROTOCOL 7)", () => {
  let folder: string;
  let assets: AssetBundle;
  before(async () => {
    folder = await mkdtemp(join(tmpdir(), 'auseq-prove-'));
    await synthesizeAssets({ out: join(folder, 'assets'), preset: 'tiny', seed: 1 });
    assets = await loadAssets(join(folder, 'assets'));
  });
  after(() => rm(folder, { recursive: true, force: true }));

  async function withEngine<T>(wish: Wish, work: (engine: BivitEngine, sync: SyncMode) => Promise<T>): Promise<T> {
    const { sync = 'gather', level = 0.5, featureCache = null } = wish;
    const config = runConfig.parse({
      batch: { leaves: 2 },
      model: { preset: 'tiny', coarse: 'fit' },
      dataset: { image_size: side, mead_sequences: 0, affwild2_copies: 2, batch_size: 2 },
      ...{ train: wish.train ?? {}, loss: wish.loss ?? {} },
    });
    const parts = { manifest, loader: samples(3, level), coarse: new Map([[id, coarse]]), featureCache };
    const engine = createBivitEngine({ config, assets: wish.assets ?? assets, ...parts }, sync);
    try {
      return await work(engine, sync);
    } finally {
      engine.dispose();
    }
  }
  const proofOf = (wish: Wish = {}): Promise<Proof> =>
    withEngine(wish, (engine, sync) => proveBits(engine, sync, signal));

  for (const sync of ['gather', 'allreduce'] as const)
    it(`${sync}: two engines give the same one, and neither state nor step is another after it`, async () => {
      const one = await withEngine({ sync }, async (engine) => {
        const state = engine.snapshot();
        const proof = await proveBits(engine, sync, signal);
        assert.deepEqual(engine.snapshot(), state);
        assert.deepEqual(await proveBits(engine, sync, signal), proof, 'again');
        return proof;
      });
      assert.deepEqual(Object.keys(one), [...proofParts]);
      for (const sha256 of Object.values(one)) assert.match(sha256, /^[0-9a-f]{64}$/);
      assert.equal(new Set(Object.values(one)).size, proofParts.length);
      assert.deepEqual(await proofOf({ sync }), one);
    });

  it('differs first in the part whose bits are others', async () => {
    const usual = await proofOf();
    const differing = async (wish: Wish) => differingParts(usual, await proofOf(wish));
    assert.deepEqual(await differing({ level: 0.5 + 2 ** -20 }), [...proofParts]);
    await synthesizeAssets({ out: join(folder, 'others'), preset: 'tiny', seed: 2 });
    const others = await loadAssets(join(folder, 'others'));
    assert.deepEqual(await differing({ assets: others }), proofParts.slice(1));
    assert.deepEqual(await differing({ loss: { lmk: 1.5 } }), proofParts.slice(2));
    assert.deepEqual(await differing({ sync: 'allreduce' }), proofParts.slice(3));
    assert.deepEqual(await differing({ train: { lr: 1.5e-4 } }), proofParts.slice(4));
  });

  it('computes features anew, whatever another process has left in the cache', async () => {
    const featureCache = join(folder, 'features');
    await withEngine({ featureCache }, (engine) => engine.features(0, 0, signal));
    const files = (await readdir(featureCache, { recursive: true, withFileTypes: true })).filter((one) => one.isFile());
    assert.ok(files.length > 0);
    for (const { parentPath, name } of files) {
      const bytes = await readFile(join(parentPath, name));
      bytes[16]! ^= 1; // of the first AU vector
      await writeFile(join(parentPath, name), bytes);
    }
    assert.deepEqual(await proofOf({ featureCache }), await proofOf());
  });
});
