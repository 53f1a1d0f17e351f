import type { ObjectStore } from '@auseq/infra/store/object-store';
import { checkpointFolder, planRetention } from './checkpoint-layout.js';

export interface RetentionPlan {
  readonly run: string;
  /** How many of the newest are kept in any case. */
  readonly keep: number;
  readonly isEpochEnd: (step: number) => boolean;
}

/** True for the first checkpoint at or after the end of a data epoch; lengths in sequences, `every` in optimiser steps. Pure. */
export function endsEpoch(step: number, every: number, sequencesPerStep: number, sequencesPerEpoch: number): boolean {
  const epochsAt = (some: number) => Math.floor((Math.max(0, some) * sequencesPerStep) / sequencesPerEpoch);
  return epochsAt(step) > epochsAt(step - every);
}

/** Removes the checkpoints that need not be kept, each manifest before its parts: half a checkpoint never looks whole. Returns their steps. */
export async function pruneCheckpoints(store: ObjectStore, plan: RetentionPlan): Promise<number[]> {
  const { run, keep, isEpochEnd } = plan;
  const keys = new Map<number, string[]>();
  for await (const { key } of store.list(`runs/${run}/checkpoints/`)) {
    const step = Number(key.split('/')[3]);
    keys.set(step, [...(keys.get(step) ?? []), key]);
  }
  const isManifest = (key: string) => key.endsWith('/manifest.json');
  const whole = [...keys].filter(([, some]) => some.some(isManifest)).map(([step]) => step);
  const steps = planRetention(whole, keep, isEpochEnd);
  for (const step of steps) {
    await store.remove(`${checkpointFolder(run, step)}/manifest.json`);
    for (const key of keys.get(step)!) if (!isManifest(key)) await store.remove(key);
  }
  return steps;
}
