import { access, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { AuseqError } from '@auseq/proto/errors';
import sharp from 'sharp';
import { readManifest } from '../data/manifest-file.js';
import { decodeNpy } from '../data/npy.js';
import { imageEndings, treeFolder } from '../data/tree.js';
import type { SequenceEntry } from '../data/types.js';

/** Pictures [count, size, size, 3], RGB 0..1, and the hash of the data set they come from (null: our own pictures). */
export interface CalibrationImages {
  readonly data: Float32Array;
  readonly count: number;
  readonly size: number;
  readonly dataset: string | null;
  /** Label maps [count, size, size] of the pictures; null where there are none. */
  readonly labels: Uint8Array | null;
}

/** Up to `limit` frames spread evenly over the train sequences, in id order: pure. */
export function pickFrames(
  sequences: readonly SequenceEntry[],
  limit: number,
): { sequence: SequenceEntry; stem: string }[] {
  const all = sequences
    .filter(({ split }) => split === 'train')
    .flatMap((sequence) => sequence.frames.map((stem) => ({ sequence, stem })));
  const count = Math.min(limit, all.length);
  return Array.from({ length: count }, (_, i) => all[Math.floor(((i + 0.5) * all.length) / count)]!);
}

/** Reads frames of a data set for the batch-norm calibration; throws AU_DATA_MANIFEST, AU_DATA_EMPTY or AU_DATA_SAMPLE. */
export async function datasetCalibrationImages(root: string, size: number, limit = 96): Promise<CalibrationImages> {
  const manifest = await readManifest(root);
  const picked = pickFrames(manifest.sequences, limit);
  if (picked.length === 0) {
    throw new AuseqError('AU_DATA_EMPTY', {
      what: `no training frames in ${root}`,
      why: 'the manifest lists no sequence of the train split',
      try: `auseq dataset inspect ${root}`,
    });
  }
  const data = new Float32Array(picked.length * size * size * 3);
  const maps: (Uint8Array | null)[] = [];
  for (const [i, { sequence, stem }] of picked.entries()) {
    const path = await imagePath(root, sequence, stem);
    data.set(await readPicture(path, size), i * size * size * 3);
    maps.push(await readLabels(join(treeFolder(root, sequence.id, 'masks'), `${stem}.npy`), size));
  }
  const labels = maps.every((map) => map !== null) ? Uint8Array.from(Buffer.concat(maps as Uint8Array[])) : null;
  return { data, count: picked.length, size, dataset: manifest.hash, labels };
}

async function imagePath(root: string, sequence: SequenceEntry, stem: string): Promise<string> {
  const folder = treeFolder(root, sequence.id, 'images');
  for (const ending of imageEndings) {
    const path = join(folder, `${stem}${ending}`);
    if (
      await access(path).then(
        () => true,
        () => false,
      )
    )
      return path;
  }
  return join(folder, `${stem}${imageEndings[0]}`);
}

/** A label map at the networks' size, by nearest neighbour; null for a frame without a mask, which is allowed. */
async function readLabels(path: string, size: number): Promise<Uint8Array | null> {
  const bytes = await readFile(path).catch(() => null);
  if (bytes === null) return null;
  const { shape, data } = decodeNpy(bytes, path);
  const [height = 0, width = 0] = shape;
  return Uint8Array.from({ length: size * size }, (_, p) => {
    const row = Math.floor(((Math.floor(p / size) + 0.5) * height) / size);
    return Number(data[row * width + Math.floor((((p % size) + 0.5) * width) / size)]);
  });
}

async function readPicture(path: string, size: number): Promise<Float32Array> {
  try {
    const raw = await sharp(path)
      .removeAlpha()
      .toColourspace('srgb')
      .resize(size, size, { fit: 'fill' })
      .raw()
      .toBuffer();
    return Float32Array.from(raw, (value) => value / 255);
  } catch (cause) {
    throw new AuseqError('AU_DATA_SAMPLE', {
      what: `cannot read ${path}`,
      why: 'the picture is missing or damaged',
      try: 'auseq dataset inspect ROOT',
      cause,
    });
  }
}
