import type { LeafRange } from '@auseq/proto/plan-leaves';
import type { Exchange, HeldBlob } from '../sync/exchange.js';
import type { DrawRecord, LeafFeatures, StepEngine } from './engine.js';
import type { Progress } from './progress.js';

/** What every way of taking a step works with. */
export interface StepTools {
  readonly engine: StepEngine;
  readonly exchange: Exchange;
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
  /** The leaves this member computes from here on, and what is there of them already. */
  regroup(own: LeafRange, held: readonly HeldBlob[]): void;
  prepare(step: number, isLast: boolean): Promise<PreparedStep>;
}

/** The numbers of a range. */
export function leavesOf({ start, end }: LeafRange): number[] {
  return Array.from({ length: end - start }, (_, index) => start + index);
}

/**
 * Features of leaves, computed one step ahead so that they ride off the critical path. They do not depend on the weights:
 * what is there stays valid when the membership changes.
 */
export class FeatureAhead {
  private readonly ready = new Map<string, LeafFeatures>();

  constructor(
    private readonly tools: StepTools,
    private readonly onFeatures: (features: LeafFeatures) => void = () => {},
  ) {}

  keep(features: LeafFeatures): void {
    this.ready.set(keyOf(features.step, features.leaf), features);
  }

  async of(step: number, leaf: number): Promise<LeafFeatures> {
    const ready = this.ready.get(keyOf(step, leaf));
    if (ready) return ready;
    const { engine, progress, signal } = this.tools;
    signal.throwIfAborted();
    progress.enter('features');
    const features = await engine.features(step, leaf, signal);
    this.onFeatures(features);
    this.keep(features);
    progress.tick();
    return features;
  }

  async prefetch(step: number, leaves: readonly number[]): Promise<void> {
    for (const leaf of leaves) await this.of(step, leaf);
  }

  /** Forgets everything before `step`. */
  release(step: number): void {
    for (const [key, features] of this.ready) if (features.step < step) this.ready.delete(key);
  }
}

const keyOf = (step: number, leaf: number) => `${step}.${leaf}`;
