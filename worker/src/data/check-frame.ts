import { createHash } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { basename } from 'node:path';
import { AuseqError } from '@auseq/proto/errors';
import sharp from 'sharp';
import { decodeImage, decodeMask, decodePoints } from './decode-frame.js';
import type { FrameFiles } from './frame-files.js';
import { trees } from './tree.js';

export interface FrameCheck {
  readonly problem: string | null;
  readonly maskMissing: boolean;
  /** Side of the picture in pixels; 0 where it is not usable. */
  readonly imageSize: number;
  /** SHA-256 over the names of the trees and the bytes of the files. */
  readonly digest: string;
}

/** Counts of dense points that the legacy data sets have: without and with irises. */
export const denseCounts = [468, 478] as const;

/** Reads all files of a frame and decodes each once, so that training meets no surprise (PROTOCOL 4). Never throws. */
export async function checkFrame(files: FrameFiles): Promise<FrameCheck> {
  const hash = createHash('sha256');
  let imageSize = 0;
  const problems: string[] = [];
  for (const tree of trees) {
    const path = files[tree];
    if (path === undefined) {
      if (tree !== 'masks') problems.push(`no file in ${tree}`);
      continue;
    }
    try {
      const bytes = await readFile(path);
      hash.update(`${tree} ${bytes.length}\n`).update(bytes);
      if (tree === 'images') imageSize = await sideOf(bytes, path);
      else if (tree === 'kpts') decodePoints(bytes, [68], path);
      else if (tree === 'kpts_dense') decodePoints(bytes, denseCounts, path);
      else decodeMask(bytes, 1, path);
    } catch (error) {
      const why = error instanceof AuseqError ? error.why : error instanceof Error ? error.message : String(error);
      problems.push(`${tree}/${basename(path)}: ${why}`);
    }
  }
  const problem = problems.length === 0 ? null : problems.join('; ');
  return { problem, maskMissing: files.masks === undefined, imageSize, digest: hash.digest('hex') };
}

async function sideOf(bytes: Uint8Array, path: string): Promise<number> {
  const { width } = await sharp(bytes).metadata();
  await decodeImage(bytes, width, path);
  return width;
}
