import { createHash } from 'node:crypto';
import type { ObjectStore } from '@auseq/infra/store/object-store';
import { AuseqError } from '@auseq/proto/errors';
import { writeSafetensors } from '../model/safetensors.js';
import {
  type CheckpointManifest,
  type CheckpointPart,
  checkpointFolder,
  manifestKey,
  planParts,
} from './checkpoint-layout.js';
import { readCheckpoint } from './read-checkpoint.js';
import { stateDigest, type TrainingState } from './state-digest.js';

/**
 * Writes the parts of a checkpoint and, last, its manifest; a reader who finds the manifest finds the whole checkpoint. One that
 * is there already and whole is left alone; of any other the manifest goes first, so that nothing is listed while parts change.
 */
export async function writeCheckpoint(
  store: Pick<ObjectStore, 'put' | 'get' | 'stat' | 'remove'>,
  run: string,
  state: TrainingState,
  provenance: Readonly<Record<string, string>>,
  signal?: AbortSignal,
): Promise<CheckpointManifest> {
  const folder = checkpointFolder(run, state.snapshot.step);
  const sha256 = stateDigest(state);
  const ownKey = manifestKey(run, state.snapshot.step);
  if (await store.stat(ownKey, signal)) {
    const stored = await wholeOne(store, ownKey, signal);
    if (stored?.sha256 === sha256) return stored;
    await store.remove(ownKey, signal);
  }
  const parts: CheckpointPart[] = [];
  for (const [index, arrays] of planParts(state.snapshot.arrays).entries()) {
    const bytes = writeSafetensors(arrays);
    const key = `${folder}/part-${String(index).padStart(3, '0')}.safetensors`;
    await store.put(key, bytes, signal);
    parts.push({ key, sha256: createHash('sha256').update(bytes).digest('hex'), bytes: bytes.byteLength });
  }
  const manifest: CheckpointManifest = {
    version: 1,
    run,
    step: state.snapshot.step,
    sha256,
    bytes: parts.reduce((sum, part) => sum + part.bytes, 0),
    parts,
    data: state.data,
    seed: state.seed,
    provenance,
  };
  await store.put(ownKey, Buffer.from(`${JSON.stringify(manifest, null, 2)}\n`), signal);
  return manifest;
}

async function wholeOne(store: Pick<ObjectStore, 'get'>, key: string, signal?: AbortSignal) {
  try {
    return (await readCheckpoint(store, key, signal)).manifest;
  } catch (error) {
    if (error instanceof AuseqError && error.code === 'AU_CHECKPOINT_CORRUPT') return null;
    throw error;
  }
}
