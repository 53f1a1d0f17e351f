import type { ObjectStore } from '@auseq/infra/store/object-store';
import { checkpointFolder, manifestKey, planRetention } from './checkpoint-layout.js';

/** Steps of the checkpoints of a run that have a manifest, oldest first. */
export async function storedSteps(store: ObjectStore, run: string, signal?: AbortSignal): Promise<number[]> {
  const found = /\/(\d+)\/manifest\.json$/;
  const steps: number[] = [];
  for await (const { key } of store.list(`runs/${run}/checkpoints/`, signal)) {
    const step = found.exec(key)?.[1];
    if (step !== undefined) steps.push(Number(step));
  }
  return steps.sort((a, b) => a - b);
}

/**
 * Removes the checkpoints of a run that need not be kept (PROTOCOL 22); returns their steps. A manifest goes before its parts,
 * so that what is listed is always whole.
 */
export async function retainCheckpoints(
  store: ObjectStore,
  run: string,
  { keep, isEpochEnd }: { keep: number; isEpochEnd: (step: number) => boolean },
  signal?: AbortSignal,
): Promise<number[]> {
  const removed = planRetention(await storedSteps(store, run, signal), keep, isEpochEnd);
  for (const step of removed) {
    await store.remove(manifestKey(run, step), signal);
    const parts: string[] = [];
    for await (const { key } of store.list(`${checkpointFolder(run, step)}/`, signal)) parts.push(key);
    for (const key of parts) await store.remove(key, signal);
  }
  return removed;
}
