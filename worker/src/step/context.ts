import type { RunConfig } from '@auseq/configs/schema';
import type { createLogger } from '@auseq/infra/logging/logger';
import type { ObjectStore } from '@auseq/infra/store/object-store';
import type { Proof } from '@auseq/proto/proof';
import type { PartShare } from '../results/checkpoint-parts.js';
import type { DrawRecord, EngineSnapshot, StepEngine } from './engine.js';

export type Logger = ReturnType<typeof createLogger>;

/** How the members of a run sum their gradients, resolved at submit. */
export type SyncMode = 'gather' | 'allreduce';

/** What a step process knows about its run: all of it is fixed for the life of the process. */
export interface StepContext {
  readonly run: string;
  readonly config: RunConfig;
  readonly worker: string;
  /** Of the members it starts with: prepares what exists once (first pictures). None of a member that joins later. */
  readonly isFirst: boolean;
  readonly sync: SyncMode;
  readonly device: 'cpu' | 'cuda';
  readonly store: ObjectStore;
  readonly storeUrl: string;
  readonly logger: Logger;
  /** Fires when the process must leave at once: nothing may be written after. */
  readonly signal: AbortSignal;
  /** Puts an event into the run's stream (`image`, `validation`, `decision`, ...); it is shown by `runs watch`. */
  emit(kind: EventKind, fields: Readonly<Record<string, unknown>>): void;
}

export type EventKind = 'checkpoint' | 'image' | 'validation' | 'worker' | 'decision';

/** A step that is committed: the engine already holds the state after it. */
export interface CommittedStep {
  /** Optimiser steps taken, this one included: the first commit has 1. */
  readonly step: number;
  /** Steps of the whole run. */
  readonly totalSteps: number;
  /** Mean over the leaves, in leaf order. */
  readonly losses: Readonly<Record<string, number>>;
  /** Draws of each leaf, in leaf order. */
  readonly draws: readonly (readonly DrawRecord[])[];
  readonly seconds: number;
  /** Sequences in the step's batch. */
  readonly sequences: number;
  readonly engine: StepEngine;
  /** True on the one member that writes results (rank 0). */
  readonly isWriter: boolean;
}

export interface CheckpointOrder {
  readonly step: number;
  /** Handed over: its buffers may be transferred. */
  readonly snapshot: EngineSnapshot;
  /** Why it is taken. */
  readonly occasion: 'periodic' | 'end' | 'drain';
  /** This member's share of it; rank 0 is the writer. */
  readonly share: PartShare;
}

export interface StoredCheckpoint {
  /** Store key of the manifest. */
  readonly key: string;
  /** The state digest. */
  readonly sha256: string;
  readonly bytes: number;
  /** True while it is on the local disk only: `checkpoint` is said when it has reached the store. */
  readonly spooled?: boolean;
  /** Parts that this member wrote; the others were there. */
  readonly wrote: number;
}

export type FinishKind = 'completed' | 'drained';

/** What a model gives to `runStepProcess`; every call may throw coded errors, which fail the run. */
export interface StepProgram {
  createEngine(context: StepContext): Promise<StepEngine>;
  readonly hooks: StepHooks;
}

export interface StepHooks {
  /** After `createEngine`, before a checkpoint is restored: what the run's programs make of its fixed sample (PROTOCOL 7). */
  prove(context: StepContext): Promise<Proof>;
  /** Sequences in one data epoch, asked once after `createEngine`: decides the end when only `max_epochs` does. */
  sequencesPerEpoch(context: StepContext): number;
  /** After each step; the next one starts when it resolves, so keep it short. Pictures and validation belong here. */
  onCommit(commit: CommittedStep, context: StepContext): void | Promise<void>;
  /** On the writer, beside the step loop, one at a time; the end of a run waits for it. */
  writeCheckpoint(order: CheckpointOrder, context: StepContext): Promise<StoredCheckpoint>;
  /** On every other member, likewise: its share of the parts. Resolves with how many it wrote; nobody depends on it. */
  shareCheckpoint(order: CheckpointOrder, context: StepContext): Promise<number>;
  /** The state to start from, by its manifest's key, verified. */
  loadCheckpoint(key: string, context: StepContext): Promise<EngineSnapshot>;
  /** On the writer, after the last checkpoint: resolves when a run that has ended may be called complete. */
  awaitStored(kind: FinishKind, context: StepContext): Promise<void>;
  /** After the last checkpoint: flush and close what the hooks hold open. Also called after a failure, with the error. */
  onFinish(kind: FinishKind | Error, context: StepContext): void | Promise<void>;
}
