import { readdir, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { isMissing } from './folder-errors.js';
import { compareKeys, partsFolder } from './object-key.js';
import type { StoredObject } from './object-store.js';

/** Walks a folder depth first so that keys come out in order, entering only folders that can hold the prefix. */
export async function* listFolder(root: string, prefix: string, signal?: AbortSignal): AsyncIterable<StoredObject> {
  yield* walk(root, prefix.slice(0, prefix.lastIndexOf('/') + 1), prefix, signal);
}

async function* walk(root: string, base: string, prefix: string, signal?: AbortSignal): AsyncIterable<StoredObject> {
  signal?.throwIfAborted();
  for (const name of await sortedNames(join(root, base))) {
    if (base === '' && name === `${partsFolder}/`) continue;
    const key = base + name;
    if (name.endsWith('/')) {
      if (key.startsWith(prefix) || prefix.startsWith(key)) yield* walk(root, key, prefix, signal);
    } else if (key.startsWith(prefix)) {
      const found = await stat(join(root, key)).catch(() => null);
      if (found?.isFile()) yield { key, bytes: found.size };
    }
  }
}

/** Folders sort with their slash: `a-b` stands before `a/b`, as in a sorted list of whole keys. */
async function sortedNames(folder: string): Promise<string[]> {
  try {
    const entries = await readdir(folder, { withFileTypes: true });
    return entries.map((entry) => (entry.isDirectory() ? `${entry.name}/` : entry.name)).sort(compareKeys);
  } catch (error) {
    if (isMissing(error)) return [];
    throw error;
  }
}
