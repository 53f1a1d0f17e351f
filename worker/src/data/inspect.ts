import { AuseqError } from '@auseq/proto/errors';
import { drawContactSheet } from './contact-sheet.js';
import { buildManifest, writeManifest } from './manifest.js';

export interface Inspection {
  readonly root: string;
  readonly imageSize: number;
  readonly sequences: number;
  readonly frames: number;
  readonly splits: Readonly<Record<string, number>>;
  readonly sources: Readonly<Record<string, number>>;
  readonly hash: string;
  readonly skipped: readonly { id: string; reason: string }[];
  readonly notes: readonly { id: string; note: string }[];
  readonly sheet?: string;
}

/** Reads every file of a data set, writes its manifest, and tells what is in it. Throws AU_DATA_EMPTY for nothing usable. */
export async function inspectDataset(
  root: string,
  options: { sheet?: string; signal?: AbortSignal; onProgress?: (done: number, total: number) => void } = {},
): Promise<Inspection> {
  const { manifest, notes } = await buildManifest(root, options);
  if (manifest.sequences.length === 0) {
    const first = manifest.skipped.slice(0, 3).map(({ id, reason }) => `${id}: ${reason}`);
    throw new AuseqError('AU_DATA_EMPTY', {
      what: `no usable sequence under ${root}`,
      why: first.join('; ') || 'there is neither MEAD_Dataset_25 nor Aff-wild2 with images, kpts and kpts_dense',
      try: `auseq dataset prepare VIDEO --out ${root}`,
    });
  }
  await writeManifest(root, manifest);
  if (options.sheet) await drawContactSheet(root, manifest, options.sheet);
  const counted = (key: 'split' | 'source') =>
    Object.fromEntries(
      [...new Set(manifest.sequences.map((one) => one[key]))].map((value) => [
        value,
        manifest.sequences.filter((one) => one[key] === value).length,
      ]),
    );
  return {
    root,
    imageSize: manifest.imageSize,
    sequences: manifest.sequences.length,
    frames: manifest.sequences.reduce((sum, { frames }) => sum + frames.length, 0),
    splits: counted('split'),
    sources: counted('source'),
    hash: manifest.hash,
    skipped: manifest.skipped,
    notes,
    ...(options.sheet ? { sheet: options.sheet } : {}),
  };
}
