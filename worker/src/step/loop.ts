import { planLeaves } from '@auseq/proto/plan-leaves';
import type { Entered, Exchange } from '../sync/exchange.js';
import { Regrouped } from '../sync/regrouped.js';
import { createAllreduceTaker } from './allreduce-step.js';
import type { SyncMode } from './context.js';
import type { DrawRecord, StepEngine } from './engine.js';
import { createGatherTaker } from './gather-step.js';
import { meanLosses } from './mean-losses.js';
import type { Progress } from './progress.js';
import { decodeState, encodeState } from './state-blob.js';
import type { StepTools } from './take-step.js';

export interface LoopOptions {
  readonly engine: StepEngine;
  readonly exchange: Exchange;
  readonly sync: SyncMode;
  readonly totalSteps: number;
  /** Sequences of one leaf. */
  readonly leafBatch: number;
  readonly progress: Progress;
  readonly signal: AbortSignal;
  /** True once this member was asked to stop at the next step border. */
  readonly drainAsked: () => boolean;
  /** The others go on without this member: it can be taken back, without a copy where `holds` is the digest of the last commit. */
  readonly onOutside?: (holds: string | null) => void;
  /** A membership begins; this member holds its base state. */
  readonly onEnter?: (entered: Entered) => void;
  readonly onCommit: (commit: LoopCommit) => Promise<void>;
  /** After the last step, on each member: nobody leaves before it has resolved everywhere. Called again where a member is lost meanwhile. */
  readonly onEnd: (end: LoopEnd) => Promise<void>;
  readonly now?: () => number;
}

export type LoopEnd = 'completed' | 'drained';

export interface LoopCommit {
  /** Steps taken, this one included. */
  readonly step: number;
  readonly losses: Readonly<Record<string, number>>;
  readonly draws: readonly (readonly DrawRecord[])[];
  readonly seconds: number;
  readonly sequences: number;
  readonly drain: boolean;
  /** This member writes results. */
  readonly isWriter: boolean;
}

/** A digest that all vote with once everything is stored. */
const everythingIsStored = 'end';

/**
 * Takes steps until the run's last one (`completed`) or until the members agreed to stop (`drained`). Each step is a
 * transaction: contributions, vote, commit record, and only then the update (PROTOCOL 8). Where the membership changes,
 * the step in work is taken by the new one, from what its members hold (PROTOCOL 9). Throws coded errors.
 */
export async function runStepLoop(options: LoopOptions): Promise<LoopEnd> {
  const { engine, exchange, totalSteps, progress, signal, onCommit, now = () => performance.now() } = options;
  const tools: StepTools = { engine, exchange, progress, signal };
  const taker = options.sync === 'gather' ? createGatherTaker(tools) : createAllreduceTaker(tools);
  let group: Entered | null = null;
  let startedAt = now();
  let drained = false;

  const enter = async (): Promise<Entered> => {
    const entered = await exchange.enter(options.onOutside);
    await hold(entered, options);
    drained = entered.drains && engine.step < totalSteps;
    taker.regroup(planLeaves(engine.leaves, entered.members.length)[entered.rank]!, entered.held);
    options.onEnter?.(entered);
    return entered;
  };
  const takeStep = async (isWriter: boolean): Promise<void> => {
    const prepared = await taker.prepare(engine.step, engine.step + 1 === totalSteps);
    const losses = meanLosses(prepared.losses);
    const sequences = engine.leaves * options.leafBatch;
    const seconds = (now() - startedAt) / 1000;
    startedAt = now();
    const { drain } = await exchange.decide({
      step: engine.step + 1,
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
    drained = drain && engine.step < totalSteps;
    await onCommit({ step: engine.step, losses, draws: prepared.draws, seconds, sequences, drain, isWriter });
  };
  const close = async (): Promise<void> => {
    progress.enter('closing');
    await options.onEnd(drained ? 'drained' : 'completed');
    const none = { losses: {}, leaves: [], sequences: 0, seconds: 0 };
    const step = engine.step + 1; // a number that no commit has
    await exchange.decide({ step, totalSteps, digest: everythingIsStored, drain: false, ...none, closing: true });
  };

  for (;;) {
    signal.throwIfAborted();
    try {
      group ??= await enter();
      const isWriter = group.rank === 0;
      if (drained || engine.step >= totalSteps) {
        await close();
        return drained ? 'drained' : 'completed';
      }
      await takeStep(isWriter);
    } catch (error) {
      if (!(error instanceof Regrouped)) throw error;
      group = null;
    }
  }
}

/** Gets the state that a membership begins with, or gives it to those who have none (PROTOCOL 17). */
async function hold(
  { rank, unhealed, source, baseStep }: Entered,
  { engine, exchange, progress }: LoopOptions,
): Promise<void> {
  if (unhealed.includes(rank)) {
    progress.enter('waiting');
    engine.restore(decodeState(await exchange.takeState(baseStep)));
  } else if (source === rank && unhealed.length > 0) exchange.giveState(baseStep, encodeState(engine.snapshot()));
}
