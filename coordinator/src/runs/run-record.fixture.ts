import { runConfig } from '@auseq/configs/schema';
import type { RunRecord } from './run-record.js';
import { newRun } from './submit-run.js';

export const now = Date.UTC(2030, 0, 1);

/** What a test says of a config; everything else has its default. */
export interface ConfigWish {
  readonly sync?: 'auto' | 'gather' | 'allreduce';
  readonly preset?: 'legacy' | 'tiny';
  readonly workers?: number;
  readonly minWorkers?: number;
  readonly exact?: boolean;
  readonly leaves?: number;
  readonly leafBatch?: number;
  readonly maxSteps?: number;
}

export function configJson(wish: ConfigWish = {}): string {
  return JSON.stringify(
    runConfig.parse({
      sync: wish.sync ?? 'gather',
      workers: wish.workers ?? 0,
      min_workers: wish.minWorkers ?? 1,
      exact: wish.exact ?? true,
      dataset: { batch_size: wish.leafBatch ?? 1 },
      model: { preset: wish.preset ?? 'tiny' },
      batch: { leaves: wish.leaves ?? 8 },
      train: { max_steps: wish.maxSteps ?? 100 },
    }),
  );
}

/** The record of a run that was just submitted, with what a test changes. */
export function aRun(change: Partial<RunRecord> = {}, wish: ConfigWish = {}): RunRecord {
  return { ...newRun('trial', configJson(wish), now), ...change };
}
