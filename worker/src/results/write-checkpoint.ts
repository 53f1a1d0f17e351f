import { createHash } from 'node:crypto';
import type { ObjectStore } from '@auseq/infra/store/object-store';
import { writeSafetensors } from '../model/safetensors.js';
import {
  type CheckpointManifest,
  type CheckpointPart,
  checkpointFolder,
  manifestKey,
  planParts,
} from './checkpoint-layout.js';
import { stateDigest, type TrainingState } from './state-digest.js';

/** Writes the parts of a checkpoint and, last, its manifest; a reader who finds the manifest finds the whole checkpoint. */
export async function writeCheckpoint(
  store: ObjectStore,
  run: string,
  state: TrainingState,
  provenance: Readonly<Record<string, string>>,
  signal?: AbortSignal,
): Promise<CheckpointManifest> {
  const folder = checkpointFolder(run, state.snapshot.step);
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
    sha256: stateDigest(state),
    bytes: parts.reduce((sum, part) => sum + part.bytes, 0),
    parts,
    data: state.data,
    seed: state.seed,
    provenance,
  };
  await store.put(manifestKey(run, state.snapshot.step), Buffer.from(`${JSON.stringify(manifest, null, 2)}\n`), signal);
  return manifest;
}
