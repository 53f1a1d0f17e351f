import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import sharp from 'sharp';
import { encodeNpy, type NpyData } from './npy.js';
import { treeFolder, trees } from './tree.js';

/** One frame of a sequence in the legacy form (model-facts §6.3). */
export interface FrameContent {
  readonly image: Uint8Array<ArrayBuffer>; // [S,S,3] RGB
  readonly landmark: Float32Array<ArrayBuffer>; // [68,3]: x, y in [-1,1], y down; visibility, which weights losses
  readonly landmarkDense: Float32Array<ArrayBuffer>; // [468,3]: likewise
  readonly labels: Uint8Array<ArrayBuffer>; // [S,S]
}

/** Points [n,3] with their depth replaced by the visibility 1. */
export function visible(points: Float32Array): Float32Array<ArrayBuffer> {
  return Float32Array.from(points, (value, i) => (i % 3 === 2 ? 1 : value));
}

/** Stems count from 00001. */
export const stemAt = (index: number): string => String(index + 1).padStart(5, '0');

export async function makeSequenceFolders(root: string, id: string): Promise<void> {
  for (const tree of trees) await mkdir(treeFolder(root, id, tree), { recursive: true });
}

/** Writes the four files of a frame; the pictures are PNG, so that what is trained on is what was seen. */
export async function writeFrame(root: string, id: string, stem: string, content: FrameContent): Promise<void> {
  const size = Math.sqrt(content.labels.length);
  const raw = { width: size, height: size, channels: 3 as const };
  const npy = (tree: 'kpts' | 'kpts_dense' | 'masks', shape: number[], data: NpyData) =>
    writeFile(join(treeFolder(root, id, tree), `${stem}.npy`), encodeNpy({ shape, data }));
  await Promise.all([
    sharp(content.image, { raw })
      .png({ compressionLevel: 6 })
      .toFile(join(treeFolder(root, id, 'images'), `${stem}.png`)),
    npy('kpts', [68, 3], content.landmark),
    npy('kpts_dense', [468, 3], content.landmarkDense),
    npy('masks', [size, size], content.labels),
  ]);
}
