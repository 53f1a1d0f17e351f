import { readFile } from 'node:fs/promises';
import { AuseqError } from '@auseq/proto/errors';
import sharp from 'sharp';
import { listFrames } from '../data/frame-files.js';
import type { DatasetManifest, Draw } from '../data/types.js';

/** One sequence and the frame in its middle, as `--sequence REL --center K` says. */
export interface Asked {
  /** Path under the data root, data set and the word `masks` included. */
  readonly sequence: string;
  /** Counted from 0 in the sorted files. */
  readonly centre: number;
}

/** The draws that the loader is asked for, and a manifest that holds nothing else. */
export interface MeasuredSamples {
  readonly manifest: DatasetManifest;
  readonly draws: readonly Draw[];
  /** Side of the pictures. */
  readonly imageSize: number;
}

/** Finds the frames of the asked sequences. Throws AU_DATA_SAMPLE where there are none, the centre is no inner frame, or the pictures are not square. */
export async function findSamples(root: string, asked: readonly Asked[]): Promise<MeasuredSamples> {
  const sequences: DatasetManifest['sequences'][number][] = [];
  let imageSize = 0;
  for (const { sequence: id, centre } of asked) {
    const bad = (why: string, hint: string) =>
      new AuseqError('AU_DATA_SAMPLE', { what: `cannot use frame ${centre} of ${id}`, why, try: hint });
    if (!id.split('/').includes('masks'))
      throw bad('the path has no folder "masks"', 'name it as in MEAD_Dataset_25/masks/M003/angry/level_1/001');
    const files = await listFrames(root, id);
    const frames = [...files.keys()];
    if (frames.length < 3)
      throw bad(`it has ${frames.length} frames under ${root}, three are needed`, 'check --data and --sequence');
    if (centre < 1 || centre > frames.length - 2)
      throw bad(
        `a neighbour on each side is needed: 1 to ${frames.length - 2}`,
        `--center ${Math.floor(frames.length / 2)}`,
      );
    const side = await sideOf(files.get(frames[centre]!)?.images, bad);
    imageSize ||= side;
    if (side !== imageSize)
      throw bad(`its pictures have ${side} pixels, those of ${asked[0]!.sequence} ${imageSize}`, 'measure one by one');
    if (!sequences.some((one) => one.id === id))
      sequences.push({ id, source: 'affwild2', split: 'train', frames, sha256: '' });
  }
  const draws = asked.map(({ sequence, centre }, position) => ({ epoch: 0, position, sequence, copy: 0, centre }));
  return { manifest: { version: 1, imageSize, sequences, skipped: [], hash: '' }, draws, imageSize };
}

async function sideOf(file: string | undefined, bad: (why: string, hint: string) => AuseqError): Promise<number> {
  if (file === undefined) throw bad('it has no picture', 'check the images tree beside masks');
  const { width, height } = await sharp(await readFile(file)).metadata();
  if (width !== height || width % 32 !== 0)
    throw bad(
      `its picture is ${width}x${height}: square, and a multiple of 32, is needed`,
      'crop it, or prepare again',
    );
  return width;
}
