import assert from 'node:assert/strict';
import { randomBytes } from 'node:crypto';
import { cp, mkdir, mkdtemp, readdir, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, describe, it } from 'node:test';
import { pathToFileURL } from 'node:url';
import { runConfig } from '@auseq/configs/schema';
import { openStore } from '@auseq/infra/store/open-store';
import { AuseqError } from '@auseq/proto/errors';
import sharp from 'sharp';
import { loadAssets } from '../assets/load.js';
import { synthesizeAssets } from '../assets/synthesize.js';
import { createSampleLoader } from '../data/loader.js';
import { synthDataset } from '../data/synth/synth-dataset.js';
import { treeFolder } from '../data/tree.js';
import { coarseCodes } from '../fit/coarse-codes.js';
import { initBivit } from '../model/bivit/init.js';
import { bivitShapes } from '../model/bivit/shape.js';
import { checkpointFolder } from '../results/checkpoint-layout.js';
import { writeCheckpoint } from '../results/write-checkpoint.js';
import { createBivitEngine } from '../step/bivit-engine.js';
import { type InferOptions, inferClip } from './infer-clip.js';

const frames = 6;

/** A whole inference with small networks on a rendered sequence, and what can be wrong with its inputs. */
describe('inferClip', () => {
  let folder: string;
  let assets: string;
  let checkpoint: string;
  let sequence: { root: string; id: string; masks: string };

  before(async () => {
    folder = await mkdtemp(join(tmpdir(), 'auseq-infer-'));
    assets = join(folder, 'assets');
    await synthesizeAssets({ out: assets, preset: 'tiny', seed: 1 });
    const root = join(folder, 'data');
    const data = { assets, root, sequences: 1, frames, seed: 1, source: 'affwild2', imageSize: 64 } as const;
    const manifest = await synthDataset(data);
    const { id } = manifest.sequences[0]!;
    sequence = { root, id, masks: treeFolder(root, id, 'masks') };
    checkpoint = await tinyCheckpoint(folder);
  });
  after(() => rm(folder, { recursive: true, force: true }));

  const infer = (name: string, more: Partial<InferOptions> = {}) =>
    inferClip({
      checkpoint,
      assets,
      input: sequence.masks,
      out: join(folder, name),
      gltf: false,
      obj: false,
      onProgress: () => {},
      onWarning: () => {},
      signal: new AbortController().signal,
      ...more,
    });
  const lines = async (name: string) =>
    (await readFile(join(folder, name, 'parameters.jsonl'), 'utf8'))
      .trim()
      .split('\n')
      .map((line) => JSON.parse(line) as Record<'exp' | 'tex' | 'landmarks' | 'pose', number[]> & { state: string });

  it('writes every result, and for inner frames the codes that training’s engine gives', async () => {
    const summary = await infer('whole', { gltf: true, obj: true });
    assert.deepEqual(summary.frames, { total: frames, ok: frames, interpolated: 0, lost: 0 });
    for (const file of summary.files) assert.ok((await stat(join(folder, 'whole', file))).size > 0, file);
    assert.equal((await readdir(join(folder, 'whole', 'meshes'))).length, frames + 2);
    const found = await lines('whole');
    assert.equal(found.length, frames);
    const expected = (await engineCodes(2, true)).codes;
    const ours = [...found[2]!.tex, ...found[2]!.exp];
    const worst = Math.max(...ours.map((value, i) => Math.abs(value - expected[i]!)));
    assert.ok(worst < 1e-5, `${worst}`);
    assert.ok(ours.some((value) => Math.abs(value) > 1e-3));
    const table = (await readFile(join(folder, 'whole', 'au.csv'), 'utf8')).trim().split('\n');
    assert.equal(table.length, frames + 1);
    assert.ok(table.every((row) => row.split(',').length === 4 + 27));
    assert.match(table[1]!, /^1,0\.0000,ok,similarity,1\.000000/);
  });

  it('takes pose and camera from E_flame where the assets are the licensed ones', async () => {
    const licensed = join(folder, 'licensed');
    await cp(assets, licensed, { recursive: true });
    const manifest = await readFile(join(licensed, 'assets.json'), 'utf8');
    await writeFile(join(licensed, 'assets.json'), manifest.replace('"kind": "stand-in"', '"kind": "licensed"'));
    await infer('licensed-result', { assets: licensed });
    const { pose } = await engineCodes(2, false);
    const found = (await lines('licensed-result'))[2]!.pose;
    const worst = Math.max(...found.map((value, i) => Math.abs(value - pose[i]!)));
    assert.ok(worst < 1e-5, `${worst}`);
  });

  it('goes on behind the finished frames after an interruption, to the same bytes', async () => {
    const stop = new AbortController();
    const onProgress = (phase: string, done: number) => {
      if (phase === 'predict' && done === 3) stop.abort(new Error('stopped'));
    };
    await assert.rejects(infer('halted', { onProgress, signal: stop.signal }), /stopped/);
    const halted = await readdir(join(folder, 'halted'));
    assert.deepEqual(halted, ['.infer']);
    const [key] = await readdir(join(folder, 'halted', '.infer'));
    const codes = join(folder, 'halted', '.infer', key!, 'codes');
    assert.deepEqual(await readdir(codes), ['000001.json', '000002.json', '000003.json']);
    const before = await stat(join(codes, '000002.json'));
    await infer('halted');
    assert.equal((await stat(join(codes, '000002.json'))).mtimeMs, before.mtimeMs);
    await infer('straight');
    for (const file of ['parameters.jsonl', 'parameters.npz', 'au.csv']) {
      const [one, other] = [
        await readFile(join(folder, 'halted', file)),
        await readFile(join(folder, 'straight', file)),
      ];
      assert.ok(one.equals(other), file);
    }
  });

  it('removes what another clip left, so that results of two clips never stand side by side', async () => {
    await infer('twice', { gltf: true });
    const empty = join(folder, 'nothing-to-see');
    await mkdir(empty);
    await sharp({ create: { width: 64, height: 64, channels: 3, background: '#777' } })
      .png()
      .toFile(join(empty, 'a.png'));
    await assert.rejects(infer('twice', { input: empty }), /AU_DATA_EMPTY/);
    assert.equal((await lines('twice')).length, frames, 'a refused clip takes nothing away');
    const pictures = join(folder, 'fewer');
    for (const tree of ['images', 'kpts'] as const) {
      const from = treeFolder(sequence.root, sequence.id, tree);
      const to = join(pictures, tree, 'one');
      await mkdir(to, { recursive: true });
      for (const name of (await readdir(from)).sort().slice(0, 3)) await cp(join(from, name), join(to, name));
    }
    const { frames: counted } = await infer('twice', { input: join(pictures, 'images', 'one') });
    assert.equal(counted.total, 3);
    assert.equal((await lines('twice')).length, 3);
    await assert.rejects(stat(join(folder, 'twice', 'face.glb')), /ENOENT/);
  });

  it('refuses what it cannot use, with a code, and leaves nothing behind', async () => {
    const refuses = async (code: string, why: RegExp, more: Partial<InferOptions>) => {
      await assert.rejects(infer('refused', more), (error: unknown) => {
        assert.ok(error instanceof AuseqError, String(error));
        assert.equal(error.code, code, error.message);
        assert.match(`${error.what}: ${error.why}`, why);
        return true;
      });
      await assert.rejects(stat(join(folder, 'refused')), /ENOENT/);
    };
    await refuses('AU_DATA_VIDEO', /cannot be found/, { input: join(folder, 'gone.mp4') });
    const noise = join(folder, 'noise.mp4');
    await writeFile(noise, randomBytes(4096));
    await refuses('AU_DATA_VIDEO', /no video/, { input: noise });
    const empty = join(folder, 'empty');
    await mkdir(empty);
    await refuses('AU_DATA_EMPTY', /has no \.png/, { input: empty });
    const blank = join(folder, 'blank');
    await mkdir(blank);
    const grey = { create: { width: 320, height: 240, channels: 3 as const, background: '#777' } };
    for (const name of ['a.png', 'b.png', 'c.png']) await sharp(grey).png().toFile(join(blank, name));
    await refuses('AU_DATA_EMPTY', /no face was found/, { input: blank });
    await writeFile(join(blank, 'd.png'), 'no picture');
    await refuses('AU_DATA_SAMPLE', /damaged/, { input: blank });

    await refuses('AU_CHECKPOINT_NOT_FOUND', /no manifest/, { checkpoint: empty });
    await refuses('AU_CHECKPOINT_NOT_FOUND', /is no folder/, { checkpoint: join(folder, 'gone') });
    const damaged = join(folder, 'damaged');
    await cp(checkpoint, damaged, { recursive: true });
    const name = (await readdir(damaged)).find((file) => file.startsWith('part-000'))!;
    const part = join(damaged, name);
    const bytes = await readFile(part);
    bytes[bytes.length - 1]! ^= 1;
    await writeFile(part, bytes);
    await refuses('AU_CHECKPOINT_CORRUPT', /part-000/, { checkpoint: damaged });
    await rm(part);
    await refuses('AU_CHECKPOINT_CORRUPT', /part-000.*safetensors cannot be read/, { checkpoint: damaged });
    const other = join(folder, 'other-preset');
    await cp(assets, other, { recursive: true });
    const manifest = await readFile(join(other, 'assets.json'), 'utf8');
    await writeFile(join(other, 'assets.json'), manifest.replace('"preset": "tiny"', '"preset": "legacy"'));
    await refuses('AU_ASSETS_INVALID', /preset legacy.*preset tiny/, { assets: other });
    await refuses('AU_ASSETS_NOT_FOUND', /./, { assets: empty });
  });

  /** Texture and expression codes and the pose of a frame of the sequence, by the engine that trains. */
  async function engineCodes(centre: number, fitted: boolean) {
    const bundle = await loadAssets(assets);
    const { readManifest } = await import('../data/manifest.js');
    const manifest = await readManifest(sequence.root);
    const { root } = sequence;
    const config = runConfig.parse({
      dataset: { image_size: 64, num_workers: 1 },
      model: { preset: 'tiny', coarse: 'fit' },
      train: { seed: weightSeed },
    });
    const { denseIndices } = bundle.landmarks;
    const loader = await createSampleLoader({
      root,
      manifest,
      imageSize: 64,
      threads: 1,
      window: 3,
      useMask: true,
      denseIndices,
    });
    const cacheDir = join(folder, 'coarse');
    const coarse = fitted ? await coarseCodes({ manifest, root, assets: bundle, cacheDir }) : new Map<string, never>();
    const engine = createBivitEngine(
      { config, assets: bundle, manifest, loader, coarse, featureCache: null },
      'gather',
    );
    try {
      const draw = { epoch: 0, position: 0, sequence: sequence.id, copy: 0, centre };
      const data = await engine.prepare(draw, new AbortController().signal);
      return { codes: engine.infer(data).codes.slice(0, 100), pose: data.coarse.pose };
    } finally {
      engine.dispose();
      await loader.close();
    }
  }
});

const weightSeed = 5;

/** A checkpoint folder as `checkpoints pull` leaves it: freshly initialised weights and moments at zero. */
async function tinyCheckpoint(folder: string): Promise<string> {
  const weights = [...initBivit(bivitShapes.tiny, weightSeed)];
  const arrays = ['w', 'm', 'v'].flatMap((kind) =>
    weights.map(([name, { shape, data }]) => ({
      name: `${kind}/${name}`,
      shape,
      data: kind === 'w' ? (data as Float32Array) : new Float32Array(data.length),
    })),
  );
  const state = { snapshot: { step: 0, arrays }, data: { epoch: 0, position: 0 }, seed: weightSeed };
  const store = join(folder, 'store');
  await writeCheckpoint(await openStore(pathToFileURL(store).href), 'tiny', state, {});
  const out = join(folder, 'checkpoint');
  await cp(join(store, checkpointFolder('tiny', 0)), out, { recursive: true });
  return out;
}
