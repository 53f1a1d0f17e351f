import { createHash } from 'node:crypto';
import { nullIfMissing } from '@auseq/infra/store/missing-object';
import type { ObjectStore } from '@auseq/infra/store/object-store';
import { type CheckpointManifest, manifestKey } from './checkpoint-layout.js';
import type { CheckpointSpool } from './checkpoint-spool.js';

/** What became of a checkpoint that waited; in each case it is out of the spool. */
export type UploadOutcome = 'uploaded' | 'there' | 'damaged' | 'gone';

/**
 * Brings one spooled checkpoint into the store: parts, each checked on its way, then the manifest; then it leaves the spool.
 * A checkpoint that has a manifest in the store is left as it is. Throws what the store throws; the spool then still holds it.
 */
export async function uploadSpooled(
  spool: Pick<CheckpointSpool, 'read' | 'remove'>,
  store: Pick<ObjectStore, 'put' | 'stat' | 'remove'>,
  manifest: CheckpointManifest,
): Promise<UploadOutcome> {
  const { run, step, parts } = manifest;
  const leave = async (outcome: UploadOutcome) => {
    await spool.remove(step);
    return outcome;
  };
  const key = manifestKey(run, step);
  if (await store.stat(key)) return leave('there');
  // Parts that no manifest will name are of no use.
  const withdraw = async (outcome: UploadOutcome) => {
    for (const part of parts) await store.remove(part.key);
    return leave(outcome);
  };
  for (const part of parts) {
    const source = await spool.read(part.key).catch(nullIfMissing);
    if (!source) return withdraw('gone'); // dropped meanwhile to make room
    const hash = createHash('sha256');
    await store.put(part.key, hashed(source, hash));
    if (hash.digest('hex') !== part.sha256) return withdraw('damaged');
  }
  await store.put(key, Buffer.from(`${JSON.stringify(manifest, null, 2)}\n`));
  return leave('uploaded');
}

async function* hashed(source: AsyncIterable<Uint8Array>, hash: ReturnType<typeof createHash>) {
  for await (const chunk of source) {
    hash.update(chunk);
    yield chunk;
  }
}
