import { mkdir, mkdtemp, rename, rm, stat } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { buildManifest, findSequences, writeManifest } from './manifest.js';
import { type Splits, writeSplits } from './splits.js';
import { type AnyTree, treeFolder, trees } from './tree.js';
import type { DatasetManifest } from './types.js';

const allTrees: readonly AnyTree[] = [...trees, 'codes'];

/** What a writer of sequences made in a folder of its own. */
export interface NewSequences {
  readonly splits: Splits;
}

export interface PublishOptions {
  readonly root: string;
  /** Whether a sequence that is already there gives way. */
  readonly replaces: (id: string) => boolean;
  readonly write: (folder: string) => Promise<NewSequences>;
  readonly signal?: AbortSignal;
  readonly onProgress?: (done: number, total: number) => void;
}

/**
 * Lets `write` fill a hidden folder beside the data, then moves the sequences into the root and rebuilds its manifest: a
 * broken-off writer leaves the data set as it was.
 */
export async function publishSequences(options: PublishOptions): Promise<DatasetManifest> {
  const { root, write, signal } = options;
  await mkdir(root, { recursive: true });
  const made = await mkdtemp(join(root, '.partial-'));
  try {
    const { splits } = await write(made);
    signal?.throwIfAborted();
    // From here on nothing waits for anything but the disk. The manifest goes first: half-moved data has none.
    await rm(join(root, 'manifest.json'), { force: true });
    const gone = await removeReplaced(root, options.replaces);
    for (const id of Object.keys(splits)) for (const tree of allTrees) await moveFolder(made, root, id, tree);
    await writeSplits(root, splits, gone);
  } finally {
    await rm(made, { recursive: true, force: true });
  }
  const { manifest } = await buildManifest(root, { signal, onProgress: options.onProgress });
  await writeManifest(root, manifest);
  return manifest;
}

async function removeReplaced(root: string, replaces: (id: string) => boolean): Promise<string[]> {
  const gone = (await findSequences(root)).map(({ id }) => id).filter(replaces);
  for (const id of gone)
    for (const tree of allTrees) await rm(treeFolder(root, id, tree), { recursive: true, force: true });
  return gone;
}

async function moveFolder(from: string, to: string, id: string, tree: AnyTree): Promise<void> {
  const source = treeFolder(from, id, tree);
  if (!(await stat(source).catch(() => null))) return;
  const target = treeFolder(to, id, tree);
  await mkdir(dirname(target), { recursive: true });
  await rm(target, { recursive: true, force: true });
  await rename(source, target);
}
