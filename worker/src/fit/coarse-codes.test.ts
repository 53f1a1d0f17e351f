import assert from 'node:assert/strict';
import { mkdir, mkdtemp, readdir, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { flameStandin } from '../assets/standin/flame-standin.js';
import { buildHeadMesh } from '../assets/standin/head-mesh.js';
import { standinLandmarks } from '../assets/standin/landmark-embeddings.js';
import { encodeNpy } from '../data/npy.js';
import { treeFolder } from '../data/tree.js';
import type { DatasetManifest, SequenceEntry } from '../data/types.js';
import { coarseCodes } from './coarse-codes.js';
import { imageLandmarks, landmarkErrorPixels } from './landmark-error.js';

const mesh = buildHeadMesh(2);
const assets = { flame: flameStandin(mesh, 2), landmarks: standinLandmarks(mesh.skin), sha256: 'a'.repeat(64) };
const exp = new Float64Array(50);
const shape = Float64Array.from({ length: 100 }, (_, k) => Math.sin(k * 12.9898));
const truth = (f: number) => ({
  shape,
  exp,
  cam: [8.8, 0.01, 0.01],
  pose: [0.1 * Math.sin(f), 0.25 * Math.sin(0.7 * f), 0.05, 0.1 + 0.08 * Math.sin(f), 0, 0],
});

let root = '';
const cacheDir = (): string => join(root, 'cache');
const sequences: SequenceEntry[] = [
  {
    id: 'Aff-wild2/masks/x_sequence/1',
    source: 'affwild2',
    split: 'train',
    frames: ['1', '2', '3', '4', '5'],
    sha256: '1',
  },
  { id: 'Aff-wild2/masks/x_sequence/2', source: 'affwild2', split: 'val', frames: ['6', '7', '8'], sha256: '2' },
];
const manifest: DatasetManifest = { version: 1, imageSize: 224, sequences, skipped: [], hash: 'h' };

function target(f: number): Float32Array<ArrayBuffer> {
  const points = imageLandmarks(assets.flame, assets.landmarks, truth(f));
  return Float32Array.from({ length: 204 }, (_, i) => (i % 3 === 2 ? 1 : points[Math.floor(i / 3) * 2 + (i % 3)]!));
}

before(async () => {
  root = await mkdtemp(join(tmpdir(), 'auseq-coarse-'));
  for (const { id, frames } of sequences) {
    const folder = treeFolder(root, id, 'kpts');
    await mkdir(folder, { recursive: true });
    for (const stem of frames)
      await writeFile(join(folder, `${stem}.npy`), encodeNpy({ shape: [68, 3], data: target(Number(stem)) }));
  }
});
after(() => rm(root, { recursive: true, force: true }));

test('every frame of a video gets codes with one shape, and a second call reads them from disk', async () => {
  const codes = await coarseCodes({ manifest, root, assets, cacheDir: cacheDir() });
  const [first, second] = sequences.map(({ id }) => codes.get(id)!);
  assert.deepEqual(first!.shape, second!.shape);
  for (const [i, stem] of sequences[1]!.frames.entries()) {
    const frame = { shape: second!.shape, exp, cam: second!.cam[i]!, pose: second!.pose[i]! };
    const error = landmarkErrorPixels(assets.flame, assets.landmarks, frame, target(Number(stem)), 224);
    assert.ok(error < 1, `frame ${stem}: ${error} px`);
  }
  assert.equal((await readdir(cacheDir())).length, 1);
  await rm(join(root, 'Aff-wild2'), { recursive: true });
  assert.deepEqual(await coarseCodes({ manifest, root, assets, cacheDir: cacheDir() }), codes);
});

test('a damaged cache is fitted again, an unreadable landmark file is coded', async () => {
  const [name] = await readdir(cacheDir());
  await writeFile(join(cacheDir(), name!), 'damaged');
  await assert.rejects(
    coarseCodes({ manifest, root, assets, cacheDir: cacheDir() }),
    (error: { code?: string }) => error.code === 'AU_DATA_SAMPLE',
  );
});
