import type { DrawRecord } from '@auseq/proto/draw-record';

export type { DrawRecord } from '@auseq/proto/draw-record';

/**
 * What the step loop needs of a model: pure functions of (base state, inputs), so that anybody may compute a leaf.
 * The loop, the exchange and the votes know nothing of BiViT beyond this.
 */
export interface StepEngine {
  /** Leaves of one optimiser step, fixed at submit. */
  readonly leaves: number;
  /** Size of the flat gradient in fp32 elements (all-reduce). */
  readonly parameters: number;
  /** Optimiser steps already taken: the only stored truth about time. */
  readonly step: number;

  /** Frozen features of a leaf of `step`: independent of the weights, so they may be computed and sent a step ahead. */
  features(step: number, leaf: number, signal: AbortSignal): Promise<LeafFeatures>;
  /** Forward, render, losses of a leaf with the current weights: dL/dcodes, scaled so that the sum over leaves is the batch mean's gradient. */
  supervise(features: LeafFeatures, signal: AbortSignal): Promise<LeafGradient>;
  /** gather: the exact update from all leaves in leaf order; advances `step`. */
  update(step: number, leaves: readonly { features: LeafFeatures; gradient: LeafGradient }[]): void;
  /** all-reduce: the parameter gradient of one leaf, flat [parameters] in state-dict order. */
  parameterGradient(features: LeafFeatures, gradient: LeafGradient): Float32Array;
  /** all-reduce: applies the summed gradient; advances `step`. */
  applyGradient(step: number, gradient: Float32Array): void;

  /** A copy of weights and Adam moments, taken between steps. */
  snapshot(): EngineSnapshot;
  restore(snapshot: EngineSnapshot): void;
  /** A cheap checksum of the state, to travel with the next vote. */
  checksum(): string;
  dispose(): void;
}

export interface LeafFeatures {
  readonly step: number;
  readonly leaf: number;
  readonly draws: readonly DrawRecord[];
  /** What `update` needs of the leaf, as bytes: BiViT's inputs. */
  readonly payload: Uint8Array;
}

export interface LeafGradient {
  readonly step: number;
  readonly leaf: number;
  /** dL/dcodes, fp32 little-endian, [batch_size, codes]. */
  readonly payload: Uint8Array;
  /** Means over the leaf: `total` and each loss by name, unweighted. */
  readonly losses: Readonly<Record<string, number>>;
}

/** Named arrays in state-dict order: weights `w/...`, Adam moments `m/...` and `v/...`. */
export interface EngineSnapshot {
  readonly step: number;
  readonly arrays: readonly { name: string; shape: readonly number[]; data: Float32Array }[];
}
