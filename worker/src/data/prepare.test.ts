import assert from 'node:assert/strict';
import { mkdir, mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, describe, it } from 'node:test';
import { askProgram } from '@auseq/infra/runtime/ask-program';
import { AuseqError } from '@auseq/proto/errors';
import { denseIndices } from '../assets/standin/dense-indices.js';
import { fetchSampleVideo } from './fetch-sample-video.js';
import { findFfmpeg } from './ffmpeg-program.js';
import { createSampleLoader } from './loader.js';
import { type PrepareOptions, prepareVideo } from './prepare.js';

/** Real video through ffmpeg and the face networks: a few frames of the sample clip, and what can be wrong with a clip. */
describe('prepareVideo', () => {
  let folder: string;
  let clip: string;

  before(async () => {
    folder = await mkdtemp(join(tmpdir(), 'auseq-prepare-'));
    clip = await fetchSampleVideo();
  });
  after(() => rm(folder, { recursive: true, force: true }));

  const made = async (name: string, ...args: string[]) => {
    const path = join(folder, name);
    const { code, stderr } = await askProgram(findFfmpeg(), ['-nostdin', '-v', 'error', ...args, path], 60_000);
    assert.equal(code, 0, stderr);
    return path;
  };
  const prepare = (video: string, root: string, more: Partial<PrepareOptions> = {}) =>
    prepareVideo({ video, root, source: 'affwild2', id: 'clip', holdout: 0, imageSize: 96, ...more });
  const fails = (code: string, why: RegExp) => (error: unknown) => {
    assert.ok(error instanceof AuseqError, String(error));
    assert.equal(error.code, code);
    assert.match(error.why, why);
    return true;
  };

  it('writes sequences that the loader reads, the same ones each time', async () => {
    const video = await made('short.mp4', '-i', clip, '-frames:v', '8', '-c:v', 'copy');
    const root = join(folder, 'data');
    const first = await prepare(video, root, { holdout: 3 / 8 });
    assert.deepEqual(
      first.segments.map(({ id, split, frames }) => [id, split, frames]),
      [
        ['Aff-wild2/masks/clip_sequence/1', 'train', '0..2'],
        ['Aff-wild2/masks/clip_sequence/2', 'val', '5..7'],
      ],
    );
    const again = await prepare(video, root, { holdout: 3 / 8 });
    assert.equal(again.manifest.hash, first.manifest.hash);
    const loader = await createSampleLoader({
      root,
      manifest: first.manifest,
      imageSize: 96,
      window: 3,
      useMask: true,
      threads: 1,
      denseIndices,
    });
    try {
      const draw = { epoch: 0, position: 0, sequence: first.segments[0]!.id, copy: 0, centre: 1 };
      const { image, mask, landmark, landmarkDense } = await loader.load(draw);
      assert.equal(image.length, 3 * 3 * 96 * 96);
      assert.deepEqual(new Set(mask), new Set([0, 1, 2]));
      const inside = (points: Float32Array) => points.every((value) => Math.abs(value) <= 1);
      assert.ok(inside(landmark) && inside(landmarkDense));
      // The chin is below the nose, and the person's right eye is on the image's left.
      const at = (i: number, axis: number) => landmark[(68 + i) * 3 + axis]!;
      assert.ok(at(8, 1) > at(30, 1) && at(36, 0) < at(45, 0));
    } finally {
      await loader.close();
    }
    const left = (await readdir(root)).filter((name) => name.startsWith('.partial'));
    assert.deepEqual(left, []);
  });

  it('leaves out frames with two faces, and says so', async () => {
    const beside = '[0:v]select=lt(n\\,4),split[a][b];[a][b]hstack';
    const video = await made('two.mp4', '-i', clip, '-filter_complex', beside, '-c:v', 'mpeg4', '-q:v', '2');
    await assert.rejects(prepare(video, join(folder, 'two')), fails('AU_DATA_EMPTY', /2 faces/));
    const report = JSON.parse(await readFile(join(folder, 'two', 'report.json'), 'utf8'));
    assert.match(report.clips.clip.skipped[0].reason, /2 faces/);
  });

  it('says that a video without a face has none', async () => {
    const video = await made('none.mp4', '-f', 'lavfi', '-i', 'testsrc=size=160x120:rate=10', '-frames:v', '4');
    await assert.rejects(prepare(video, join(folder, 'none')), fails('AU_DATA_EMPTY', /no face/));
  });

  it('says that two frames are too few', async () => {
    const video = await made('brief.mp4', '-i', clip, '-frames:v', '2', '-c:v', 'copy');
    await assert.rejects(prepare(video, join(folder, 'brief')), fails('AU_DATA_EMPTY', /needs 3/));
  });

  it('refuses what is no video', async () => {
    const path = join(folder, 'noise.mp4');
    await writeFile(path, Buffer.alloc(4096, 'not a video '));
    await assert.rejects(prepare(path, join(folder, 'noise')), fails('AU_DATA_VIDEO', /no video/));
    await writeFile(path, '');
    await assert.rejects(prepare(path, join(folder, 'noise')), fails('AU_DATA_VIDEO', /empty/));
    await mkdir(join(folder, 'dir.mp4'));
    await assert.rejects(prepare(join(folder, 'dir.mp4'), join(folder, 'noise')), fails('AU_DATA_VIDEO', /no file/));
    await assert.rejects(prepare(join(folder, 'gone.mp4'), join(folder, 'noise')), fails('AU_DATA_VIDEO', /found/));
  });
});
