import { createHash } from 'node:crypto';
import { readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { checkFrame, type FrameCheck } from './check-frame.js';
import { listFrames } from './frame-files.js';
import { manifestHash } from './manifest-file.js';
import { readSplits } from './splits.js';
import { sequenceId, sourceRoots } from './tree.js';
import type { DatasetManifest, SequenceEntry, Source } from './types.js';
import { decideUsableFrames } from './usable-frames.js';

export { readManifest, writeManifest } from './manifest-file.js';

export interface ManifestOptions {
  readonly onProgress?: (done: number, total: number) => void;
  readonly signal?: AbortSignal;
}

/** A manifest and what is worth knowing about the files but hinders nothing. */
export interface BuiltManifest {
  readonly manifest: DatasetManifest;
  readonly notes: readonly { id: string; note: string }[];
}

/** Frames read at the same time. */
const parallel = 4;

/**
 * Finds, reads and checks every sequence under a root (model-facts §6.3). Splits come from ROOT/splits.json; a sequence
 * that it does not name is for training. Never throws for bad content: that is listed in `skipped`.
 */
export async function buildManifest(root: string, options: ManifestOptions = {}): Promise<BuiltManifest> {
  const splits = await readSplits(root);
  const found = await findSequences(root);
  const sequences: SequenceEntry[] = [];
  const skipped: { id: string; reason: string }[] = [];
  const notes: { id: string; note: string }[] = [];
  let imageSize = 0;
  for (const [done, { id, source }] of found.entries()) {
    options.signal?.throwIfAborted();
    options.onProgress?.(done, found.length);
    const checks = await checkSequence(root, id);
    const stems = [...checks].map(([stem, { problem }]) => ({ stem, problem }));
    const { frames, reasons } = decideUsableFrames(stems);
    skipped.push(...reasons.map((reason) => ({ id, reason })));
    if (frames.length === 0) continue;
    imageSize ||= checks.get(frames[0]!)!.imageSize;
    const bare = frames.filter((stem) => checks.get(stem)!.maskMissing).length;
    if (bare > 0) notes.push({ id, note: `${bare} of ${frames.length} frames have no mask: all ones are used` });
    const sha256 = contentHash(frames.map((stem) => [stem, checks.get(stem)!.digest]));
    sequences.push({ id, source, split: splits[id] ?? 'train', frames, sha256 });
  }
  options.onProgress?.(found.length, found.length);
  return { manifest: { version: 1, imageSize, sequences, skipped, hash: manifestHash(sequences) }, notes };
}

/** Every sequence folder under a root, in id order, whatever is in it. */
export async function findSequences(root: string): Promise<{ id: string; source: Source }[]> {
  const found: { id: string; source: Source }[] = [];
  for (const source of ['affwild2', 'mead'] as const)
    for (const id of await sequenceIds(root, source)) found.push({ id, source });
  return found.sort((a, b) => (a.id < b.id ? -1 : 1));
}

/** A sequence folder may be missing in any tree: the siblings tell that it should be there. */
async function sequenceIds(root: string, source: Source): Promise<Set<string>> {
  const { folder, depth } = sourceRoots[source];
  const ids = new Set<string>();
  for (const tree of ['images', 'masks', 'kpts', 'kpts_dense'])
    for (const parts of await foldersAt(join(root, folder, tree), depth)) ids.add(sequenceId(source, ...parts));
  return ids;
}

async function foldersAt(folder: string, depth: number): Promise<string[][]> {
  if (depth === 0) return [[]];
  const entries = await readdir(folder, { withFileTypes: true }).catch(() => []);
  const names = entries.filter((entry) => entry.isDirectory() && !entry.name.startsWith('.')).map(({ name }) => name);
  const deeper = names.map(async (name) =>
    (await foldersAt(join(folder, name), depth - 1)).map((rest) => [name, ...rest]),
  );
  return (await Promise.all(deeper)).flat();
}

async function checkSequence(root: string, id: string): Promise<Map<string, FrameCheck>> {
  const frames = [...(await listFrames(root, id))];
  const checks = new Map<string, FrameCheck>();
  for (let start = 0; start < frames.length; start += parallel) {
    const part = frames.slice(start, start + parallel);
    const done = await Promise.all(part.map(([, files]) => checkFrame(files)));
    for (const [i, [stem]] of part.entries()) checks.set(stem, done[i]!);
  }
  return checks;
}

function contentHash(frames: readonly (readonly [string, string])[]): string {
  const hash = createHash('sha256');
  for (const [stem, digest] of frames) hash.update(`${stem} ${digest}\n`);
  return hash.digest('hex');
}
