import assert from 'node:assert/strict';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, describe, it } from 'node:test';
import { denseIndices } from '../assets/standin/dense-indices.js';
import { epochDraws, splitDraws, stepDraws } from './draws.js';
import { createSampleLoader } from './loader.js';
import { buildManifest } from './manifest.js';
import { sequenceId } from './tree.js';
import { keepWindows, windowCentres } from './window.js';
import { makeSequenceFolders, stemAt, writeFrame } from './write-frame.js';

const size = 8;
const lengths = [5, 7, 12];
const mix = (windowsize: number) => ({ dataset: { mead_sequences: 0, affwild2_copies: 4, windowsize } });

/** Frame f of a sequence is grey of value 10 f, its points are at f / 100. */
describe('windows of more than 3 frames', () => {
  let root: string;
  const ids = lengths.map((_, i) => sequenceId('affwild2', 'clip_sequence', String(i + 1)));

  before(async () => {
    root = await mkdtemp(join(tmpdir(), 'auseq-window-'));
    for (const [i, id] of ids.entries()) {
      await makeSequenceFolders(root, id);
      for (let f = 0; f < lengths[i]!; f++) {
        const points = (count: number) => new Float32Array(count * 3).fill(f / 100);
        await writeFrame(root, id, stemAt(f), {
          image: new Uint8Array(size * size * 3).fill(10 * f),
          landmark: points(68),
          landmarkDense: points(468),
          labels: new Uint8Array(size * size).fill(10),
        });
      }
    }
  });
  after(() => rm(root, { recursive: true, force: true }));

  const open = async (window: number, useMask = true) => {
    const { manifest: whole } = await buildManifest(root);
    const { manifest, skipped } = keepWindows(whole, window);
    const loader = createSampleLoader({ root, manifest, imageSize: size, window, useMask, threads: 1, denseIndices });
    return { whole, manifest, skipped, loader };
  };

  it('leave out shorter sequences, with the reason', async () => {
    const { whole, manifest, skipped, loader } = await open(7);
    await loader.close();
    assert.equal(whole.sequences.length, 3);
    assert.deepEqual(
      manifest.sequences.map(({ id }) => id),
      [ids[1], ids[2]],
    );
    assert.deepEqual(skipped, [{ id: ids[0], reason: '5 frames: a window needs 7' }]);
    assert.deepEqual(manifest.skipped, skipped);
    assert.equal(manifest.hash, whole.hash);
    const none = keepWindows(whole, 13).manifest;
    assert.throws(() => stepDraws(none, mix(13), 0, 0, 1, 1), { code: 'AU_DATA_EMPTY' });
    assert.equal(keepWindows(whole, 3).manifest, whole);
  });

  it('load as many frames around each centre, the middle one at the centre', async () => {
    for (const window of [7, 11]) {
      const { manifest, loader } = await open(window);
      try {
        const draws = epochDraws(manifest, mix(window), 1, 0);
        assert.ok(draws.length > 0);
        for (const draw of draws) {
          const { image, mask, landmark, landmarkDense, names } = await loader.load(draw);
          assert.equal(image.length, window * 3 * size * size);
          assert.equal(landmark.length, window * 68 * 3);
          assert.equal(landmarkDense.length, window * 105 * 3);
          assert.ok(mask.every((value) => value === 0));
          for (let i = 0; i < window; i++) {
            const frame = draw.centre - (window - 1) / 2 + i;
            assert.equal(names[i], `${draw.sequence}/${stemAt(frame)}`);
            assert.ok(Math.abs(image[i * 3 * size * size]! - (10 * frame) / 255) < 1e-6);
            assert.ok(Math.abs(landmark[i * 68 * 3]! - frame / 100) < 1e-6);
          }
        }
        const outside = { epoch: 0, position: 0, copy: 0, sequence: ids[2]!, centre: (window - 1) / 2 - 1 };
        await assert.rejects(loader.load(outside), { code: 'AU_DATA_SAMPLE' });
      } finally {
        await loader.close();
      }
    }
  });

  it('have every centre with a whole window', async () => {
    assert.deepEqual(windowCentres(7, 7), [3]);
    assert.deepEqual(windowCentres(6, 7), []);
    assert.deepEqual(windowCentres(5, 3), [1, 2, 3]);
    const { manifest, loader } = await open(11);
    await loader.close();
    assert.deepEqual(
      splitDraws(manifest, 'train', 11).map(({ sequence, centre }) => [sequence, centre]),
      [
        [ids[2], 5],
        [ids[2], 6],
      ],
    );
  });

  it('are loaded without masks where none are used', async () => {
    const { loader } = await open(3, false);
    const sample = await loader.load({ epoch: 0, position: 0, copy: 0, sequence: ids[0]!, centre: 1 });
    await loader.close();
    assert.ok(sample.mask.every((value) => value === 1));
  });
});
