import type { Draw } from '@auseq/proto/draw-record';

export type { Draw } from '@auseq/proto/draw-record';

export type Source = 'mead' | 'affwild2';
export type Split = 'train' | 'val';

/** One sequence folder; `id` is its path under the root with the word `masks`, e.g. `Aff-wild2/masks/carphone_sequence/1`. */
export interface SequenceEntry {
  readonly id: string;
  readonly source: Source;
  readonly split: Split;
  readonly frames: readonly string[]; // file stems in order, e.g. 00001
  readonly sha256: string; // over the bytes of all its files
}

/** What a data set holds, decided once when it is built: training skips nothing later (PROTOCOL 4). */
export interface DatasetManifest {
  readonly version: 1;
  readonly imageSize: number;
  readonly sequences: readonly SequenceEntry[]; // in id order
  readonly skipped: readonly { id: string; reason: string }[];
  readonly hash: string; // over the sequences
}

/** A decoded draw in the legacy shapes (model-facts §6.3); points in [-1,1], y down; third column = visibility. */
export interface Sample {
  readonly draw: Draw;
  readonly contentHash: string; // sha256 of the bytes that were read
  readonly image: Float32Array; // [W,3,S,S] frame, channel RGB 0..1, row, column
  readonly landmark: Float32Array; // [W,68,3]
  readonly landmarkDense: Float32Array; // [W,105,3]
  readonly mask: Float32Array; // [W,3,S,S] values 0, 1, 2; three equal channels
  readonly names: readonly string[];
}

/** Samples in the asked order, decoded off the main thread, ahead of time. */
export interface SampleLoader {
  /** Tells what will be asked soon, in order; `load` of one of them is then answered from memory. */
  prefetch(draws: readonly Draw[]): void;
  load(draw: Draw, signal?: AbortSignal): Promise<Sample>;
  close(): Promise<void>;
}
