import { type LeafRange, planLeaves } from '@auseq/proto/plan-leaves';
import type { Exchange } from '../sync/exchange.js';
import { createAllreduceTaker } from './allreduce-step.js';
import type { SyncMode } from './context.js';
import type { DrawRecord, StepEngine } from './engine.js';
import { createGatherTaker } from './gather-step.js';
import { meanLosses } from './mean-losses.js';
import type { Progress } from './progress.js';
import type { StepTools } from './take-step.js';

export interface LoopOptions {
  readonly engine: StepEngine;
  readonly exchange: Exchange;
  readonly sync: SyncMode;
  readonly rank: number;
  readonly members: number;
  readonly totalSteps: number;
  /** Sequences of one leaf. */
  readonly leafBatch: number;
  readonly progress: Progress;
  readonly signal: AbortSignal;
  /** True once this member was asked to stop at the next step border. */
  readonly drainAsked: () => boolean;
  readonly onCommit: (commit: LoopCommit) => Promise<void>;
  readonly now?: () => number;
}

export interface LoopCommit {
  /** Steps taken, this one included. */
  readonly step: number;
  readonly losses: Readonly<Record<string, number>>;
  readonly draws: readonly (readonly DrawRecord[])[];
  readonly seconds: number;
  readonly sequences: number;
  readonly drain: boolean;
}

/**
 * Takes steps until the run's last one (`completed`) or until the members agreed to stop (`drained`). Each step is a
 * transaction: contributions, vote, commit record, and only then the update (PROTOCOL 8). Throws coded errors.
 */
export async function runStepLoop(options: LoopOptions): Promise<'completed' | 'drained'> {
  const { engine, exchange, totalSteps, progress, signal, onCommit, now = () => performance.now() } = options;
  const own: LeafRange = planLeaves(engine.leaves, options.members)[options.rank]!;
  const tools: StepTools = { engine, exchange, own, progress, signal };
  const taker = options.sync === 'gather' ? createGatherTaker(tools) : createAllreduceTaker(tools);
  let startedAt = now();
  while (engine.step < totalSteps) {
    const step = engine.step;
    signal.throwIfAborted();
    const prepared = await taker.prepare(step, step + 1 === totalSteps);
    const losses = meanLosses(prepared.losses);
    const sequences = engine.leaves * options.leafBatch;
    const preparedAt = now();
    const seconds = (preparedAt - startedAt) / 1000;
    startedAt = preparedAt;
    const { drain } = await exchange.decide({
      step: step + 1,
      totalSteps,
      digest: prepared.digest,
      drain: options.drainAsked(),
      losses,
      leaves: prepared.draws,
      sequences,
      seconds,
    });
    progress.enter('update');
    prepared.apply();
    progress.enter('commit', engine.step);
    await onCommit({ step: engine.step, losses, draws: prepared.draws, seconds, sequences, drain });
    if (drain && engine.step < totalSteps) return 'drained';
  }
  return 'completed';
}
