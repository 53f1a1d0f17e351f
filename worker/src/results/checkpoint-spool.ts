import { mkdir, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { freeBytes, requireFreeBytes } from '@auseq/infra/runtime/free-bytes';
import { openFolderStore } from '@auseq/infra/store/folder-store';
import { nullIfMissing } from '@auseq/infra/store/missing-object';
import type { ObjectStore } from '@auseq/infra/store/object-store';
import { AuseqError } from '@auseq/proto/errors';
import { type CheckpointManifest, checkpointFolder, manifestKey } from './checkpoint-layout.js';
import { storedSteps } from './retain-checkpoints.js';
import type { TrainingState } from './state-digest.js';
import { writeCheckpoint } from './write-checkpoint.js';

export interface SpoolOptions {
  readonly folder: string;
  readonly run: string;
  readonly storeUrl: string;
  readonly limitBytes: number;
  readonly free?: (folder: string) => Promise<number>;
}

/** A folder on the local disk, laid out as a store, in which whole checkpoints wait; each file is synced and appears whole. */
export interface CheckpointSpool {
  readonly folder: string;
  /** What waits, oldest first. */
  pending(): Promise<CheckpointManifest[]>;
  /** Adds a checkpoint, dropping the oldest ones beyond the limit; returns their steps. Throws AU_DISK_FULL before it writes. */
  add(
    state: TrainingState,
    provenance: Readonly<Record<string, string>>,
  ): Promise<{ manifest: CheckpointManifest; dropped: number[] }>;
  /** Removes what a process that was killed while it added left without a manifest; nobody may be adding meanwhile. */
  sweep(): Promise<void>;
  read(key: string): Promise<AsyncIterable<Uint8Array>>;
  /** The manifest goes first; removing what is not there is no error. */
  remove(step: number): Promise<void>;
}

/** Container headers and the manifest, generously. */
const overheadBytes = 1 << 20;
const noteFile = 'spool.json';

/** Opens a spool; nothing is made on the disk before the first `add`. */
export function openSpool({ folder, run, storeUrl, limitBytes, free = freeBytes }: SpoolOptions): CheckpointSpool {
  let opened: Promise<ObjectStore> | null = null;
  const open = () => {
    opened ??= openFolderStore(folder).catch((error: unknown) => {
      opened = null;
      throw error;
    });
    return opened;
  };
  const pending = async (): Promise<CheckpointManifest[]> => {
    if (!(await stat(folder).catch(() => null))) return [];
    const files = await open();
    const found: CheckpointManifest[] = [];
    for (const step of await storedSteps(files, run)) {
      const bytes = await files.get(manifestKey(run, step)).catch(nullIfMissing);
      if (bytes) found.push(JSON.parse(Buffer.from(bytes).toString('utf8')) as CheckpointManifest);
    }
    return found;
  };
  const remove = async (step: number) => {
    const files = await open();
    await files.remove(manifestKey(run, step));
    await rm(join(folder, checkpointFolder(run, step)), { recursive: true, force: true });
    if ((await storedSteps(files, run)).length > 0) return;
    opened = null;
    await rm(folder, { recursive: true, force: true });
  };
  const sweep = async () => {
    if (!(await stat(folder).catch(() => null))) return;
    const files = await open();
    const kept = new Set((await storedSteps(files, run)).map((step) => checkpointFolder(run, step)));
    for await (const { key } of files.list(`runs/${run}/checkpoints/`))
      if (!kept.has(dirname(key))) await files.remove(key);
    if (kept.size > 0) return;
    opened = null;
    await rm(folder, { recursive: true, force: true });
  };
  return {
    folder,
    pending,
    sweep,
    remove,
    async add(state, provenance) {
      const needed = overheadBytes + state.snapshot.arrays.reduce((sum, { data }) => sum + data.byteLength, 0);
      const dropped = planDrops(await pending(), needed, limitBytes);
      await mkdir(dirname(folder), { recursive: true });
      await requireFreeBytes(dirname(folder), needed, 'a checkpoint', free);
      const files = await open();
      await writeFile(join(folder, noteFile), `${JSON.stringify({ run, storeUrl })}\n`);
      const { manifest } = await writeCheckpoint(files, run, state, provenance).catch(async (error: unknown) => {
        await rm(join(folder, checkpointFolder(run, state.snapshot.step)), { recursive: true, force: true });
        throw error;
      });
      for (const step of dropped) await remove(step);
      return { manifest, dropped };
    },
    read: async (key) => (await open()).getStream(key),
  };
}

/** Which of what waits (oldest first) makes room for a new checkpoint, which itself always stays. Pure. */
export function planDrops(
  waiting: readonly { readonly step: number; readonly bytes: number }[],
  newBytes: number,
  limitBytes: number,
): number[] {
  let used = newBytes + waiting.reduce((sum, { bytes }) => sum + bytes, 0);
  const dropped: number[] = [];
  for (const { step, bytes } of waiting) {
    if (used <= limitBytes) break;
    dropped.push(step);
    used -= bytes;
  }
  return dropped;
}

/** Opens what a run has left behind, by its folder. Throws AU_CHECKPOINT_NOT_FOUND. */
export async function openLeftSpool(
  folder: string,
): Promise<{ spool: CheckpointSpool; run: string; storeUrl: string }> {
  try {
    const note = JSON.parse(await readFile(join(folder, noteFile), 'utf8')) as { run: string; storeUrl: string };
    return { ...note, spool: openSpool({ folder, ...note, limitBytes: Number.POSITIVE_INFINITY }) };
  } catch (cause) {
    throw new AuseqError('AU_CHECKPOINT_NOT_FOUND', {
      what: `${folder} is no spool of checkpoints`,
      why: `${pathToFileURL(join(folder, noteFile)).href} cannot be read`,
      try: 'auseq checkpoints push RUN',
      cause,
    });
  }
}
