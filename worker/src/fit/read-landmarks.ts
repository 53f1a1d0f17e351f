import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { AuseqError } from '@auseq/proto/errors';
import { decodeNpy } from '../data/npy.js';
import { treeFolder } from '../data/tree.js';
import type { SequenceEntry } from '../data/types.js';

/** The 68 landmarks [68,3] of every frame of a sequence, in frame order (model-facts §6.3); throws AU_DATA_SAMPLE. */
export async function readLandmarks(root: string, { id, frames }: SequenceEntry): Promise<Float32Array[]> {
  const folder = treeFolder(root, id, 'kpts');
  const found: Float32Array[] = [];
  for (const stem of frames) found.push(await readOne(join(folder, `${stem}.npy`)));
  return found;
}

async function readOne(path: string): Promise<Float32Array> {
  const bytes = await readFile(path).catch((cause: unknown) => {
    throw badLandmarks(path, 'the file cannot be read', cause);
  });
  const { shape, data } = decodeNpy(bytes, path);
  if (shape.join('x') !== '68x3') throw badLandmarks(path, `its shape is ${shape.join('x')}, not 68x3`);
  const points = Float32Array.from(data as ArrayLike<number | bigint>, Number);
  if (!points.every(Number.isFinite)) throw badLandmarks(path, 'a point is not a number');
  return points;
}

function badLandmarks(path: string, why: string, cause?: unknown): AuseqError {
  return new AuseqError('AU_DATA_SAMPLE', {
    what: `cannot use the landmarks ${path}`,
    why,
    try: 'prepare the data set again: auseq dataset prepare',
    cause,
  });
}
