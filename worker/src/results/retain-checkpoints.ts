import type { ObjectStore } from '@auseq/infra/store/object-store';
import { checkpointFolder, manifestKey, planRetention } from './checkpoint-layout.js';

/** Steps of the checkpoints of a run that have a manifest, oldest first. */
export function storedSteps(store: ObjectStore, run: string, signal?: AbortSignal): Promise<number[]> {
  return stepsOf(store, run, /\/(\d+)\/manifest\.json$/, signal);
}

/** Steps of which anything is there. */
function startedSteps(store: ObjectStore, run: string, signal?: AbortSignal): Promise<number[]> {
  return stepsOf(store, run, /\/(\d+)\/[^/]+$/, signal);
}

async function stepsOf(store: ObjectStore, run: string, found: RegExp, signal?: AbortSignal): Promise<number[]> {
  const steps = new Set<number>();
  for await (const { key } of store.list(`runs/${run}/checkpoints/`, signal)) {
    const step = found.exec(key)?.[1];
    if (step !== undefined) steps.add(Number(step));
  }
  return [...steps].sort((a, b) => a - b);
}

/**
 * Removes the checkpoints of a run that need not be kept (PROTOCOL 22), and parts of their age that no manifest names; returns
 * the steps of the checkpoints. A manifest goes before its parts, so that what is listed is always whole.
 */
export async function retainCheckpoints(
  store: ObjectStore,
  run: string,
  { keep, isEpochEnd }: { keep: number; isEpochEnd: (step: number) => boolean },
  signal?: AbortSignal,
): Promise<number[]> {
  const listed = await storedSteps(store, run, signal);
  const removed = planRetention(listed, keep, isEpochEnd);
  // Parts whose writers died before the manifest: they go where even a whole checkpoint would.
  const left = (await startedSteps(store, run, signal)).filter(
    (step) => !listed.includes(step) && planRetention([...listed, step], keep, isEpochEnd).includes(step),
  );
  for (const step of [...removed, ...left]) {
    await store.remove(manifestKey(run, step), signal);
    const parts: string[] = [];
    for await (const { key } of store.list(`${checkpointFolder(run, step)}/`, signal)) parts.push(key);
    for (const key of parts) await store.remove(key, signal);
  }
  return removed;
}
