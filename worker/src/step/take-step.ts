import type { LeafRange } from '@auseq/proto/plan-leaves';
import type { Exchange } from '../sync/exchange.js';
import type { DrawRecord, LeafFeatures, StepEngine } from './engine.js';
import type { Progress } from './progress.js';

/** What every way of taking a step works with. */
export interface StepTools {
  readonly engine: StepEngine;
  readonly exchange: Exchange;
  /** The leaves this member computes. */
  readonly own: LeafRange;
  readonly progress: Progress;
  readonly signal: AbortSignal;
}

/** A step whose contributions are all here: it can be voted on, and applied once the vote is won. */
export interface PreparedStep {
  readonly digest: string;
  /** In leaf order. */
  readonly losses: readonly Readonly<Record<string, number>>[];
  readonly draws: readonly (readonly DrawRecord[])[];
  apply(): void;
}

/** One of the two exact ways to sum; `step` counts from 0, `isLast` means that no step follows. */
export interface StepTaker {
  prepare(step: number, isLast: boolean): Promise<PreparedStep>;
}

/** The numbers of a range. */
export function leavesOf({ start, end }: LeafRange): number[] {
  return Array.from({ length: end - start }, (_, index) => start + index);
}

/** Computes features of this member's leaves one step ahead, so that they ride off the critical path. */
export class FeatureAhead {
  private readonly ready = new Map<number, readonly LeafFeatures[]>();

  constructor(
    private readonly tools: StepTools,
    private readonly onFeatures: (features: LeafFeatures) => void = () => {},
  ) {}

  async of(step: number): Promise<readonly LeafFeatures[]> {
    const ready = this.ready.get(step) ?? (await this.compute(step));
    this.ready.delete(step);
    return ready;
  }

  async prefetch(step: number): Promise<void> {
    if (!this.ready.has(step)) this.ready.set(step, await this.compute(step));
  }

  private async compute(step: number): Promise<LeafFeatures[]> {
    const { engine, own, progress, signal } = this.tools;
    progress.enter('features');
    const all: LeafFeatures[] = [];
    for (const leaf of leavesOf(own)) {
      signal.throwIfAborted();
      const features = await engine.features(step, leaf, signal);
      this.onFeatures(features);
      all.push(features);
      progress.tick();
    }
    return all;
  }
}
