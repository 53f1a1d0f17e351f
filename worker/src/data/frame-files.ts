import { readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { stemOf, type Tree, treeFolder, trees } from './tree.js';

/** The files of one frame by tree; what is missing is absent. */
export type FrameFiles = Readonly<Partial<Record<Tree, string>>>;

/** All files of a sequence, by frame stem in name order. */
export async function listFrames(root: string, id: string): Promise<Map<string, FrameFiles>> {
  const found = new Map<string, Partial<Record<Tree, string>>>();
  for (const tree of trees) {
    const folder = treeFolder(root, id, tree);
    for (const name of (await namesIn(folder)).sort()) {
      const stem = stemOf(tree, name);
      if (stem === null) continue;
      const files = found.get(stem) ?? {};
      // Of two pictures of one frame the first in name order counts.
      files[tree] ??= join(folder, name);
      found.set(stem, files);
    }
  }
  return new Map([...found].sort(([a], [b]) => (a < b ? -1 : 1)));
}

async function namesIn(folder: string): Promise<string[]> {
  const entries = await readdir(folder, { withFileTypes: true }).catch(() => []);
  return entries.filter((entry) => entry.isFile() || entry.isSymbolicLink()).map(({ name }) => name);
}
