/** What `manifest.json` of a checkpoint says; it is written last, so a checkpoint without one does not exist. */
export interface CheckpointManifest {
  readonly version: 1;
  readonly run: string;
  readonly step: number;
  /** The state digest: equal for equal training states, whatever the parts look like. */
  readonly sha256: string;
  readonly bytes: number;
  readonly parts: readonly CheckpointPart[];
  readonly data: { readonly epoch: number; readonly position: number };
  readonly seed: number;
  /** What the bits depend on, to be compared at resume. */
  readonly provenance: Readonly<Record<string, string>>;
}

export interface CheckpointPart {
  readonly key: string;
  readonly sha256: string;
  readonly bytes: number;
}

/** Parts of a state, about: members write them side by side. */
const wantedParts = 8;
const smallestPart = 64 * 1024;
const largestPart = 64 * 1024 * 1024;

export function checkpointFolder(run: string, step: number): string {
  return `runs/${run}/checkpoints/${String(step).padStart(8, '0')}`;
}

/** A part's name carries its content: whoever writes it writes the same, and a process that wakes up late harms nothing. */
export function partKey(run: string, step: number, index: number, sha256: string): string {
  return `${checkpointFolder(run, step)}/part-${String(index).padStart(3, '0')}-${sha256.slice(0, 16)}.safetensors`;
}

export function manifestKey(run: string, step: number): string {
  return `${checkpointFolder(run, step)}/manifest.json`;
}

/** Cuts arrays, in order, into groups of at most `limit` bytes (a larger array stands alone); by default into about eight. */
export function planParts<T extends { readonly data: { readonly byteLength: number } }>(
  arrays: readonly T[],
  limit = partLimit(arrays.reduce((sum, { data }) => sum + data.byteLength, 0)),
): T[][] {
  const parts: T[][] = [];
  let size = 0;
  for (const array of arrays) {
    const last = parts.at(-1);
    if (last && size + array.data.byteLength <= limit) {
      last.push(array);
      size += array.data.byteLength;
    } else {
      parts.push([array]);
      size = array.data.byteLength;
    }
  }
  return parts;
}

function partLimit(bytes: number): number {
  return Math.min(largestPart, Math.max(smallestPart, Math.ceil(bytes / wantedParts)));
}

/** What a run keeps beside its newest checkpoints, in optimiser steps. */
export interface RetentionRule {
  readonly keep: number;
  /** Steps of a data epoch, not always whole. */
  readonly epochSteps: number;
  /** Steps between two checkpoints. */
  readonly every: number;
}

/**
 * True for the first checkpoint at or after the end of a data epoch, as an end seldom falls on one. Epochs shorter than the
 * distance of checkpoints have no ends worth keeping.
 */
export function isEpochEnd({ epochSteps, every }: RetentionRule, step: number): boolean {
  const epochsAt = (at: number) => Math.floor(Math.max(0, at) / epochSteps);
  return epochSteps > every && epochsAt(step) > epochsAt(step - every);
}

/** Which checkpoints to remove: all but the newest `keep` and those at the ends of data epochs (PROTOCOL 22). */
export function planRetention(steps: readonly number[], keep: number, isEpochEnd: (step: number) => boolean): number[] {
  const newestFirst = [...steps].sort((a, b) => b - a);
  return newestFirst.slice(keep).filter((step) => !isEpochEnd(step));
}
