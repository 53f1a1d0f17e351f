import { createHash } from 'node:crypto';
import type { ObjectStore } from '@auseq/infra/store/object-store';
import { AuseqError } from '@auseq/proto/errors';
import { readSafetensors } from '../model/safetensors.js';
import type { EngineSnapshot } from '../step/engine.js';
import type { CheckpointManifest } from './checkpoint-layout.js';
import { stateDigest, type TrainingState } from './state-digest.js';

/**
 * Reads a whole checkpoint by its manifest's key, each part and the state digest checked.
 * Throws AU_OBJECT_NOT_FOUND or AU_CHECKPOINT_CORRUPT, naming the part.
 */
export async function readCheckpoint(
  store: Pick<ObjectStore, 'get'>,
  key: string,
  signal?: AbortSignal,
): Promise<{ manifest: CheckpointManifest; state: TrainingState }> {
  const manifest = parseManifest(key, await store.get(key, signal));
  const arrays: EngineSnapshot['arrays'][number][] = [];
  for (const part of manifest.parts) {
    const bytes = await store.get(part.key, signal);
    const sha256 = createHash('sha256').update(bytes).digest('hex');
    if (sha256 !== part.sha256)
      throw corrupt(key, `${part.key} has sha256 ${sha256}, its manifest says ${part.sha256}`);
    for (const [name, { shape, data }] of readSafetensors(bytes)) {
      if (!(data instanceof Float32Array)) throw corrupt(key, `${name} is not float32`);
      arrays.push({ name, shape, data });
    }
  }
  const state = { snapshot: { step: manifest.step, arrays }, data: manifest.data, seed: manifest.seed };
  const digest = stateDigest(state);
  if (digest !== manifest.sha256)
    throw corrupt(key, `the state digest is ${digest}, its manifest says ${manifest.sha256}`);
  return { manifest, state };
}

function parseManifest(key: string, bytes: Uint8Array): CheckpointManifest {
  try {
    const value = JSON.parse(Buffer.from(bytes).toString('utf8')) as CheckpointManifest;
    if (value.version !== 1 || !Array.isArray(value.parts)) throw new Error(`version ${value.version} is not known`);
    return value;
  } catch (cause) {
    throw corrupt(key, `the manifest cannot be read: ${String(cause)}`, cause);
  }
}

function corrupt(key: string, why: string, cause?: unknown): AuseqError {
  return new AuseqError('AU_CHECKPOINT_CORRUPT', {
    what: `the checkpoint ${key} is damaged`,
    why,
    try: 'auseq checkpoints list RUN, and resume with --from-step of another whole checkpoint',
    cause,
  });
}
