import type { ObjectStore } from '@auseq/infra/store/object-store';
import { isStored, type PartShare, packParts } from './checkpoint-parts.js';
import type { TrainingState } from './state-digest.js';

/**
 * Writes this member's share of the parts of a checkpoint; the member of rank 0 writes the manifest when all are there, and what
 * is missing. Returns how many parts it wrote. Throws what the store throws, which costs the checkpoint time and nothing else.
 */
export async function shareCheckpoint(
  store: Pick<ObjectStore, 'put' | 'stat'>,
  run: string,
  state: TrainingState,
  { rank, members }: PartShare,
  signal?: AbortSignal,
): Promise<number> {
  let wrote = 0;
  for (const { part, data } of packParts(run, state, (index) => index % members === rank)) {
    if (await isStored(store, part, signal)) continue;
    await store.put(part.key, data, signal);
    wrote++;
  }
  return wrote;
}
