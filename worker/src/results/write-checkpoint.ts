import { setTimeout as pause } from 'node:timers/promises';
import type { ObjectStore } from '@auseq/infra/store/object-store';
import { AuseqError } from '@auseq/proto/errors';
import { type CheckpointManifest, type CheckpointPart, manifestKey } from './checkpoint-layout.js';
import { isStored, packParts } from './checkpoint-parts.js';
import { readCheckpoint } from './read-checkpoint.js';
import { stateDigest, type TrainingState } from './state-digest.js';

type Store = Pick<ObjectStore, 'put' | 'get' | 'stat' | 'remove'>;

export interface WriteOptions {
  /** Members of the run: each writes a share of the parts (`share-checkpoint.ts`), this one the first; 1 by default. */
  readonly members?: number;
  /** How long the others' parts are waited for; by default twice as long as the own ones took, from 0.5 to 10 s. */
  readonly graceMs?: number | undefined;
  readonly signal?: AbortSignal | undefined;
}

export interface WriteResult {
  readonly manifest: CheckpointManifest;
  /** Parts that this process wrote; the others were there. */
  readonly wrote: number;
}

const lookEveryMs = 20;
const shortestGraceMs = 500;
const longestGraceMs = 10_000;

/**
 * Writes the parts of a checkpoint and, last, its manifest; a reader who finds the manifest finds the whole checkpoint. One that
 * is there already and whole is left alone; of any other the manifest goes first, so that nothing is listed while parts change.
 * Parts that other members do not bring in time are written here, so that no member is needed for a checkpoint.
 */
export async function writeCheckpoint(
  store: Store,
  run: string,
  state: TrainingState,
  provenance: Readonly<Record<string, string>>,
  { members = 1, graceMs, signal }: WriteOptions = {},
): Promise<WriteResult> {
  const { step } = state.snapshot;
  const sha256 = stateDigest(state);
  const ownKey = manifestKey(run, step);
  const replaces = (await store.stat(ownKey, signal)) !== null;
  if (replaces) {
    const stored = await wholeOne(store, ownKey, signal);
    if (stored?.sha256 === sha256) return { manifest: stored, wrote: 0 };
    await store.remove(ownKey, signal);
  }
  const startedAt = performance.now();
  let waitUntil = startedAt;
  const parts = new Map<number, CheckpointPart>();
  let wrote = 0;
  const isOwn = (index: number) => index % members === 0;
  for (const own of [true, false]) {
    for (const { index, part, data } of packParts(run, state, (index) => isOwn(index) === own)) {
      // A damaged checkpoint may have parts of the right name and size.
      let there = !replaces && (await isStored(store, part, signal));
      while (!there && !own && !replaces && performance.now() < waitUntil) {
        await pause(lookEveryMs, undefined, { signal });
        there = await isStored(store, part, signal);
      }
      if (!there) {
        await store.put(part.key, data, signal);
        wrote++;
      }
      parts.set(index, part);
    }
    const ownMs = performance.now() - startedAt;
    waitUntil = performance.now() + (graceMs ?? Math.min(longestGraceMs, Math.max(shortestGraceMs, 2 * ownMs)));
  }
  const inOrder = [...parts].sort(([a], [b]) => a - b).map(([, part]) => part);
  const manifest: CheckpointManifest = {
    ...{ version: 1, run, step, sha256 },
    bytes: inOrder.reduce((sum, { bytes }) => sum + bytes, 0),
    parts: inOrder,
    ...{ data: state.data, seed: state.seed, provenance },
  };
  await store.put(ownKey, Buffer.from(`${JSON.stringify(manifest, null, 2)}\n`), signal);
  return { manifest, wrote };
}

async function wholeOne(store: Pick<ObjectStore, 'get'>, key: string, signal?: AbortSignal) {
  try {
    return (await readCheckpoint(store, key, signal)).manifest;
  } catch (error) {
    if (error instanceof AuseqError && error.code === 'AU_CHECKPOINT_CORRUPT') return null;
    throw error;
  }
}
