import { createHash } from 'node:crypto';
import type { ObjectStore } from '@auseq/infra/store/object-store';
import { AuseqError } from '@auseq/proto/errors';
import { readSafetensors } from '../model/safetensors.js';
import type { EngineSnapshot } from '../step/engine.js';
import type { CheckpointManifest } from './checkpoint-layout.js';
import { stateDigest, type TrainingState } from './state-digest.js';

/**
 * Reads a whole checkpoint by its manifest's key, each part and the state digest checked. Throws AU_CHECKPOINT_CORRUPT, which
 * names what is damaged or missing and has the key as its `where`; failures of the store stay what they are.
 */
export async function readCheckpoint(
  store: Pick<ObjectStore, 'get'>,
  key: string,
  signal?: AbortSignal,
): Promise<{ manifest: CheckpointManifest; state: TrainingState }> {
  const manifest = parseManifest(key, await present(key, store.get(key, signal)));
  const arrays: EngineSnapshot['arrays'][number][] = [];
  for (const part of manifest.parts) {
    const bytes = await present(key, store.get(part.key, signal));
    const sha256 = createHash('sha256').update(bytes).digest('hex');
    if (sha256 !== part.sha256)
      throw corrupt(key, `${part.key} has sha256 ${sha256}, its manifest says ${part.sha256}`);
    for (const [name, { shape, data }] of unpack(key, part.key, bytes)) {
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
    const counts = [value.step, value.seed, value.data?.epoch, value.data?.position];
    if (!counts.every((count) => Number.isSafeInteger(count) && count >= 0)) throw new Error('a number is missing');
    const isPart = (part: Partial<CheckpointManifest['parts'][number]> | null) =>
      typeof part?.key === 'string' && typeof part.sha256 === 'string';
    if (!value.parts.every(isPart)) throw new Error('a part has no key or no sha256');
    return value;
  } catch (cause) {
    throw corrupt(key, `the manifest cannot be read: ${String(cause)}`, cause);
  }
}

/** What its own manifest names and the store does not hold is a fault of the checkpoint, not of the store. */
async function present(key: string, reading: Promise<Uint8Array>): Promise<Uint8Array> {
  try {
    return await reading;
  } catch (error) {
    if (error instanceof AuseqError && error.code === 'AU_OBJECT_NOT_FOUND') throw corrupt(key, error.what, error);
    throw error;
  }
}

function unpack(key: string, part: string, bytes: Uint8Array) {
  try {
    return readSafetensors(bytes, 'AU_CHECKPOINT_CORRUPT');
  } catch (cause) {
    throw corrupt(key, `${part}: ${AuseqError.from(cause).what}`, cause);
  }
}

function corrupt(key: string, why: string, cause?: unknown): AuseqError {
  return new AuseqError('AU_CHECKPOINT_CORRUPT', {
    what: `the checkpoint ${key} is damaged`,
    why,
    try: 'auseq checkpoints list RUN, and resume with --from-step of another whole checkpoint',
    where: key,
    cause,
  });
}
