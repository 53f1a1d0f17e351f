import assert from 'node:assert/strict';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, describe, it } from 'node:test';
import { AuseqError } from '@auseq/proto/errors';
import { buildManifest, readManifest, writeManifest } from './manifest.js';
import { encodeNpy } from './npy.js';
import { type AnyTree, sequenceId, treeFolder } from './tree.js';
import { makeSequenceFolders, stemAt, writeFrame } from './write-frame.js';

const size = 32;

describe('buildManifest (PROTOCOL 4)', () => {
  let root: string;
  before(async () => {
    root = await mkdtemp(join(tmpdir(), 'auseq-manifest-'));
  });
  after(() => rm(root, { recursive: true, force: true }));

  const points = (count: number) => new Float32Array(3 * count).map((_, i) => (i % 3 === 2 ? 1 : (i % 7) / 7 - 0.5));
  const sequence = async (name: string, frames: number) => {
    const id = sequenceId('affwild2', `${name}_sequence`, '1');
    await makeSequenceFolders(root, id);
    for (let i = 0; i < frames; i++)
      await writeFrame(root, id, stemAt(i), {
        image: new Uint8Array(size * size * 3).fill(40 * i),
        landmark: points(68),
        landmarkDense: points(468),
        labels: new Uint8Array(size * size).fill(1),
      });
    return id;
  };
  const file = (id: string, tree: AnyTree, name: string) => join(treeFolder(root, id, tree), name);
  const entry = async (id: string) => {
    const { manifest, notes } = await buildManifest(root);
    return {
      frames: manifest.sequences.find((one) => one.id === id)?.frames ?? [],
      reasons: manifest.skipped.filter((one) => one.id === id).map(({ reason }) => reason),
      notes: notes.filter((one) => one.id === id).map(({ note }) => note),
    };
  };

  it('lists whole sequences and is read back only as it was written', async () => {
    const id = await sequence('whole', 3);
    const { manifest } = await buildManifest(root);
    assert.deepEqual(manifest.sequences.find((one) => one.id === id)?.frames, ['00001', '00002', '00003']);
    await writeManifest(root, manifest);
    assert.equal((await readManifest(root)).hash, manifest.hash);
    const path = join(root, 'manifest.json');
    await writeFile(path, (await readFile(path, 'utf8')).replace('"train"', '"val"'));
    await assert.rejects(readManifest(root), (error) => error instanceof AuseqError && /hash/.test(error.why));
  });

  it('leaves out a frame whose sibling is missing, and what it cuts off', async () => {
    const id = await sequence('sibling', 6);
    await rm(file(id, 'kpts', '00002.npy'));
    const { frames, reasons } = await entry(id);
    assert.deepEqual(frames, ['00003', '00004', '00005', '00006']);
    assert.match(reasons.join('\n'), /00002: no file in kpts\n00001: cut off/);
  });

  it('names NaN points, wrong shapes, depths in the place of visibilities and damaged pictures', async () => {
    const id = await sequence('damaged', 7);
    const nan = points(68);
    nan[4] = Number.NaN;
    await writeFile(file(id, 'kpts', '00001.npy'), encodeNpy({ shape: [68, 3], data: nan }));
    await writeFile(file(id, 'kpts_dense', '00002.npy'), encodeNpy({ shape: [105, 3], data: points(105) }));
    await writeFile(file(id, 'images', '00003.png'), 'no picture');
    const depth = points(468).map((value, i) => (i % 3 === 2 ? -0.2 : value));
    await writeFile(file(id, 'kpts_dense', '00004.npy'), encodeNpy({ shape: [468, 3], data: depth }));
    const { frames, reasons } = await entry(id);
    assert.deepEqual(frames, ['00005', '00006', '00007']);
    const text = reasons.join('\n');
    assert.match(text, /00001: .*point 1 is NaN/);
    assert.match(text, /00002: .*shape is 105x3/);
    assert.match(text, /00003: .*unsupported image format/);
    assert.match(text, /00004: .*visibility of point 0/);
  });

  it('allows a frame without a mask and notes it', async () => {
    const id = await sequence('unmasked', 3);
    await rm(file(id, 'masks', '00002.npy'));
    const { frames, notes } = await entry(id);
    assert.equal(frames.length, 3);
    assert.match(notes[0]!, /1 of 3 frames have no mask/);
  });

  it('says why a sequence of two frames is not used', async () => {
    const id = await sequence('brief', 2);
    assert.match((await entry(id)).reasons[0]!, /needs 3/);
  });
});
