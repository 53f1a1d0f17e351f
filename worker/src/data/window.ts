import type { DatasetManifest } from './types.js';

/** Frames that a window of an odd number of frames reaches to each side of its supervised middle one. */
export function windowReach(window: number): number {
  return (window - 1) / 2;
}

/** Every frame of a sequence of `length` that has a whole window around it, in order; none where it is too short. */
export function windowCentres(length: number, window: number): number[] {
  const reach = windowReach(window);
  return Array.from({ length: Math.max(0, length - 2 * reach) }, (_, i) => i + reach);
}

export interface WindowedManifest {
  readonly manifest: DatasetManifest;
  /** What this window leaves out, beside what the manifest already names. */
  readonly skipped: DatasetManifest['skipped'];
}

/**
 * The sequences with at least `window` frames. A manifest is built once for any window, so what a longer one cannot use
 * is left out when a run opens it; the hash stays, since it names the data on disk.
 */
export function keepWindows(manifest: DatasetManifest, window: number): WindowedManifest {
  const short = manifest.sequences.filter(({ frames }) => frames.length < window);
  if (short.length === 0) return { manifest, skipped: [] };
  const skipped = short.map(({ id, frames }) => ({ id, reason: `${frames.length} frames: a window needs ${window}` }));
  const sequences = manifest.sequences.filter(({ frames }) => frames.length >= window);
  return { manifest: { ...manifest, sequences, skipped: [...manifest.skipped, ...skipped] }, skipped };
}
