import { AuseqError } from '@auseq/proto/errors';
import { nameWord, type StreamKey, streamBits, streamKey } from '../model/counter-hash.js';
import type { DatasetManifest, Draw, SequenceEntry, Split } from './types.js';
import { windowCentres, windowReach } from './window.js';

/** How a data epoch mixes the two sources, and the frames of a sample (a run config has these under `dataset`). */
export interface DataMix {
  readonly dataset: {
    readonly mead_sequences: number;
    readonly affwild2_copies: number;
    /** Every sequence of the manifest must have as many frames: `keepWindows`. */
    readonly windowsize: number;
  };
}

/**
 * The list of one data epoch, as the legacy loader mixes it (model-facts §0.1, PROTOCOL 3): random MEAD train sequences
 * drawn anew without replacement (all, where there are fewer) and copies of every Aff-Wild2 one, shuffled, centres drawn.
 */
export function epochDraws(manifest: DatasetManifest, mix: DataMix, seed: number, epoch: number): Draw[] {
  const stream = (name: string) => streamKey(seed, epoch, nameWord(name));
  const reach = windowReach(mix.dataset.windowsize);
  const mead = train(manifest, 'mead');
  const count = Math.min(mix.dataset.mead_sequences, mead.length);
  const uses = shuffled(mead, stream('mead'))
    .slice(0, count)
    .map((sequence) => ({ sequence, copy: 0 }));
  for (const sequence of train(manifest, 'affwild2')) {
    for (let copy = 0; copy < mix.dataset.affwild2_copies; copy++) uses.push({ sequence, copy });
  }
  const centres = stream('centre');
  return shuffled(uses, stream('order')).map(({ sequence, copy }, position) => ({
    epoch,
    position,
    sequence: sequence.id,
    copy,
    centre: reach + below(sequence.frames.length - 2 * reach, centres, position),
  }));
}

/** Draws of one epoch; the same for every epoch. */
export function epochLength(manifest: DatasetManifest, mix: DataMix): number {
  const mead = Math.min(mix.dataset.mead_sequences, train(manifest, 'mead').length);
  return mead + mix.dataset.affwild2_copies * train(manifest, 'affwild2').length;
}

/** Where the endless concatenation of epochs stands after `used` draws: epoch and list position of the next one. */
export function positionOf(manifest: DatasetManifest, mix: DataMix, used: number): { epoch: number; position: number } {
  const length = someLength(manifest, mix);
  return { epoch: Math.floor(used / length), position: used % length };
}

/**
 * The leaves of optimiser step `step` (from 0), `leaves` lists of `batchSize` draws each, cut from the endless
 * concatenation of epochs: a step may straddle epochs, nothing is dropped or padded. Throws AU_DATA_EMPTY.
 */
export function stepDraws(
  manifest: DatasetManifest,
  mix: DataMix,
  seed: number,
  step: number,
  leaves: number,
  batchSize: number,
): Draw[][] {
  const length = someLength(manifest, mix);
  const first = step * leaves * batchSize;
  return Array.from({ length: leaves }, (_, leaf) =>
    Array.from({ length: batchSize }, (_, i) => {
      const index = first + leaf * batchSize + i;
      return knownEpoch(manifest, mix, seed, Math.floor(index / length))[index % length]!;
    }),
  );
}

/** Every centre of every sequence of a split that has a whole window around it, in order; epoch 0, copy 0. */
export function splitDraws(manifest: DatasetManifest, split: Split, window: number): Draw[] {
  const centres = manifest.sequences
    .filter((sequence) => sequence.split === split)
    .flatMap(({ id, frames }) => windowCentres(frames.length, window).map((centre) => ({ sequence: id, centre })));
  return centres.map((one, position) => ({ epoch: 0, position, copy: 0, ...one }));
}

function train({ sequences }: DatasetManifest, source: SequenceEntry['source']): SequenceEntry[] {
  return sequences.filter((sequence) => sequence.split === 'train' && sequence.source === source);
}

function someLength(manifest: DatasetManifest, mix: DataMix): number {
  const length = epochLength(manifest, mix);
  if (length > 0) return length;
  throw new AuseqError('AU_DATA_EMPTY', {
    what: 'the data set gives no training sequence',
    why: 'its train split is empty, or dataset.mead_sequences, affwild2_copies and windowsize leave all of it out',
    try: 'auseq dataset inspect ROOT',
  });
}

/** The current epoch and its neighbour: a list of thousands is not shuffled again at every step. */
const keptEpochs = 2;
const known = new WeakMap<DatasetManifest, Map<string, Draw[]>>();

function knownEpoch(manifest: DatasetManifest, mix: DataMix, seed: number, epoch: number): Draw[] {
  const lists = known.get(manifest) ?? new Map<string, Draw[]>();
  known.set(manifest, lists);
  const key = [mix.dataset.mead_sequences, mix.dataset.affwild2_copies, mix.dataset.windowsize, seed, epoch].join(' ');
  const found = lists.get(key) ?? epochDraws(manifest, mix, seed, epoch);
  lists.delete(key);
  lists.set(key, found);
  while (lists.size > keptEpochs) lists.delete(lists.keys().next().value!);
  return found;
}

/** Fisher-Yates from a counter-based stream: value i decides place i. */
function shuffled<T>(items: readonly T[], key: StreamKey): T[] {
  const list = [...items];
  for (let i = list.length - 1; i > 0; i--) {
    const j = below(i + 1, key, i);
    [list[i], list[j]] = [list[j]!, list[i]!];
  }
  return list;
}

/** A whole number in 0..limit-1 from 32 random bits; the product stays below 2^53, so the division is exact. */
function below(limit: number, { a, b }: StreamKey, index: number): number {
  return Math.floor(((streamBits(a, b, index) >>> 0) * limit) / 0x100000000);
}
