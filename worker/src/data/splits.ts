import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { AuseqError } from '@auseq/proto/errors';
import { writeJson } from './manifest-file.js';
import type { Split } from './types.js';

/** Sequence id -> split, for those that are not for training. */
export type Splits = Readonly<Record<string, Split>>;

const fileName = 'splits.json';

/** ROOT/splits.json; nothing where there is none, as in a legacy tree. Throws AU_DATA_MANIFEST where it is damaged. */
export async function readSplits(root: string): Promise<Splits> {
  const path = join(root, fileName);
  const text = await readFile(path, 'utf8').catch(() => null);
  if (text === null) return {};
  try {
    const value = JSON.parse(text) as Record<string, unknown>;
    if (Object.values(value).every((split) => split === 'train' || split === 'val')) return value as Splits;
  } catch {
    // Falls through to the same error as wrong values.
  }
  throw new AuseqError('AU_DATA_MANIFEST', {
    what: `cannot use ${path}`,
    why: 'it is no JSON object of "train" and "val" by sequence id',
    try: `repair or remove it, then auseq dataset inspect ${root}`,
  });
}

/** Sets the splits of some sequences and forgets those that are no longer there. */
export async function writeSplits(root: string, changed: Splits, gone: readonly string[] = []): Promise<void> {
  const merged: Record<string, Split> = { ...(await readSplits(root)) };
  for (const id of gone) delete merged[id];
  Object.assign(merged, changed);
  const ordered = Object.entries(merged).sort(([a], [b]) => (a < b ? -1 : 1));
  await writeJson(join(root, fileName), Object.fromEntries(ordered));
}
