import assert from 'node:assert/strict';
import { cp, mkdtemp, readdir, readFile, rm, truncate, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { after, before, test } from 'node:test';
import { networkParameters } from '../model/networks/parameters.js';
import { resNetShapes } from '../model/networks/resnet-shape.js';
import { assetFiles, networkNames } from './asset-files.js';
import { manifestProblem, readManifest } from './assets-manifest.js';
import { loadAssets } from './load.js';
import { assetsStatus } from './status.js';
import { synthesizeAssets } from './synthesize.js';

let scratch = '';
let dir = '';

before(async () => {
  scratch = await mkdtemp(join(tmpdir(), 'auseq-assets-'));
  dir = join(scratch, 'assets');
  await synthesizeAssets({ out: dir, preset: 'tiny', seed: 5 });
});
after(() => rm(scratch, { recursive: true, force: true }));

const coded = (code: string) => (error: unknown) => (error as { code?: string }).code === code;

test('a folder is written whole and opens in the real shapes', async () => {
  assert.deepEqual((await readdir(scratch)).sort(), ['assets'], 'no draft is left');
  const bundle = await loadAssets(dir);
  assert.equal(bundle.kind, 'stand-in');
  assert.equal(bundle.preset, 'tiny');
  assert.equal(bundle.flame.template.length, 5023 * 3);
  assert.equal(bundle.flame.shapeDirs.length, 5023 * 3 * 150);
  assert.equal(bundle.flame.faces.length, 9976 * 3);
  assert.equal(bundle.flame.uvs.length, 5118 * 2);
  assert.equal(bundle.landmarks.dynamicFaces.length, 79 * 17);
  assert.equal(bundle.texture.basis.length, 256 * 256 * 3 * 50);
  assert.ok(bundle.texture.mean.every((value) => value >= 0 && value <= 1));
  const inside = bundle.uvMasks.face.reduce((sum, value) => sum + value, 0);
  assert.ok(inside > 10_000 && inside < bundle.uvMasks.faceEye.reduce((sum, value) => sum + value, 0));
  for (const name of networkNames) {
    const weights = bundle.network(name);
    for (const { name: key, shape } of networkParameters(name, resNetShapes.tiny)) {
      assert.deepEqual([...weights.get(key)!.shape], [...shape], key);
    }
    assert.equal(bundle.network(name), weights, 'a network is read once');
  }
});

test('the same seed gives the same hash, another seed another', async () => {
  const first = await readManifest(dir);
  const again = await synthesizeAssets({ out: join(scratch, 'again'), preset: 'tiny', seed: 5 });
  assert.equal(again.sha256, first.sha256);
  const other = await synthesizeAssets({ out: join(scratch, 'again'), preset: 'tiny', seed: 6 });
  assert.notEqual(other.sha256, first.sha256);
  assert.equal((await readManifest(join(scratch, 'again'))).seed, 6, 'an older folder is replaced');
});

test('missing and damaged files are coded errors and show in the status', async () => {
  await assert.rejects(loadAssets(join(scratch, 'nothing')), coded('AU_ASSETS_NOT_FOUND'));
  const none = await assetsStatus(join(scratch, 'nothing'));
  assert.ok(!none.complete && none.files.every(({ state, costs }) => state === 'missing' && costs !== ''));

  const copy = join(scratch, 'damaged');
  await cp(dir, copy, { recursive: true });
  assert.ok((await assetsStatus(copy)).complete);
  const emotion = join(copy, 'emotion_net.safetensors');
  const bytes = await readFile(emotion);
  bytes[bytes.length - 1]! ^= 1;
  await writeFile(emotion, bytes);
  const bundle = await loadAssets(copy);
  assert.throws(() => bundle.network('emotion_net'), coded('AU_ASSETS_INVALID'));

  await truncate(emotion, 100);
  await assert.rejects(loadAssets(copy), coded('AU_ASSETS_INVALID'));
  const short = (await assetsStatus(copy)).files.find(({ name }) => name === 'emotion_net.safetensors');
  assert.equal(short?.state, 'wrong size');
  await rm(join(copy, 'flame.safetensors'));
  await assert.rejects(loadAssets(copy), coded('AU_ASSETS_INVALID'));
  await writeFile(join(copy, 'assets.json'), '{"version":');
  await assert.rejects(loadAssets(copy), coded('AU_ASSETS_INVALID'));
});

test('a manifest must list every file and fit its own hash', async () => {
  const manifest = await readManifest(dir);
  assert.equal(manifestProblem(manifest), null);
  assert.equal(Object.keys(manifest.files).length, assetFiles.length);
  assert.match(manifestProblem({ ...manifest, sha256: '0'.repeat(64) })!, /sha256/);
  assert.match(manifestProblem({ ...manifest, version: 2 })!, /version/);
  const { 'flame.safetensors': _, ...rest } = manifest.files;
  assert.match(manifestProblem({ ...manifest, files: rest })!, /flame/);
  assert.match(
    manifestProblem({ ...manifest, files: { ...manifest.files, '../x': { sha256: 'a', bytes: 1 } } })!,
    /damaged/,
  );
});

test('an interrupted synthesis leaves nothing behind', async () => {
  const out = join(scratch, 'stopped');
  const stop = new AbortController();
  const onProgress = (): void => stop.abort(new Error('enough'));
  await assert.rejects(synthesizeAssets({ out, preset: 'tiny', seed: 1, onProgress, signal: stop.signal }), /enough/);
  assert.ok(!(await readdir(dirname(out))).some((name) => name.includes('stopped')));
});
