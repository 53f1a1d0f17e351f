import assert from 'node:assert/strict';
import { mkdir, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import sharp from 'sharp';
import { manifestHash, writeManifest } from '../data/manifest-file.js';
import { treeFolder } from '../data/tree.js';
import type { SequenceEntry } from '../data/types.js';
import { datasetCalibrationImages, pickFrames } from './calibration-images.js';

const sequence = (name: string, split: 'train' | 'val', frames: number): SequenceEntry => ({
  id: `Aff-wild2/masks/v_sequence/${name}`,
  source: 'affwild2',
  split,
  frames: Array.from({ length: frames }, (_, i) => `${i}`.padStart(5, '0')),
  sha256: name,
});
const sequences = [sequence('1', 'train', 4), sequence('2', 'val', 3)];

let root = '';
before(async () => {
  root = await mkdtemp(join(tmpdir(), 'auseq-calibration-'));
  const folder = treeFolder(root, sequences[0]!.id, 'images');
  await mkdir(folder, { recursive: true });
  for (const [i, stem] of sequences[0]!.frames.entries()) {
    const picture = sharp({ create: { width: 20, height: 20, channels: 3, background: { r: 255, g: 51 * i, b: 0 } } });
    await (i % 2 === 0
      ? picture.png().toFile(join(folder, `${stem}.png`))
      : picture.jpeg().toFile(join(folder, `${stem}.jpg`)));
  }
  await writeManifest(root, { version: 1, imageSize: 20, sequences, skipped: [], hash: manifestHash(sequences) });
});
after(() => rm(root, { recursive: true, force: true }));

test('frames are spread over the train sequences only', () => {
  const stems = pickFrames(sequences, 2).map(({ sequence: { split }, stem }) => `${split} ${stem}`);
  assert.deepEqual(stems, ['train 00001', 'train 00003']);
  assert.equal(pickFrames(sequences, 32).length, 4);
});

test('png and jpg frames come as RGB in 0..1 at the asked size', async () => {
  const { data, count, size, dataset } = await datasetCalibrationImages(root, 8);
  assert.deepEqual([count, size, dataset, data.length], [4, 8, manifestHash(sequences), 4 * 8 * 8 * 3]);
  for (let i = 0; i < 4; i += 1) {
    const [r, g, b] = data.subarray(i * 192, i * 192 + 3);
    assert.ok(r! > 0.97 && Math.abs(g! - 0.2 * i) < 0.03 && b! < 0.03, `frame ${i}: ${r} ${g} ${b}`);
  }
});

test('a folder without a manifest, and a missing picture, are coded errors', async () => {
  const coded = (code: string) => (error: { code?: string }) => error.code === code;
  await assert.rejects(datasetCalibrationImages(join(root, 'nothing'), 8), coded('AU_DATA_MANIFEST'));
  await rm(join(treeFolder(root, sequences[0]!.id, 'images'), '00002.png'));
  await assert.rejects(datasetCalibrationImages(root, 8), coded('AU_DATA_SAMPLE'));
});
