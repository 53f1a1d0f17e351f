import { AuseqError } from '@auseq/proto/errors';
import type { MaskResize } from './decode-frame.js';
import type { DecodedSample, SampleJob } from './decode-sample.js';
import { createDecoderPool } from './decoder-pool.js';
import type { DatasetManifest, Draw, Sample, SampleLoader } from './types.js';
import { windowReach } from './window.js';

export interface SampleLoaderOptions {
  readonly root: string;
  readonly manifest: DatasetManifest;
  /** Side of the pictures that are returned, whatever the files have. */
  readonly imageSize: number;
  /** Frames of a sample, odd; the middle one is the draw's centre. */
  readonly window: number;
  /** False: mask files are not read, masks are all ones. */
  readonly useMask: boolean;
  /** For masks of another size than `imageSize`; nearest if left out. */
  readonly maskResize?: MaskResize;
  readonly threads: number;
  /** The 105 of mediapipe's 468 points (from the assets' landmark embedding). */
  readonly denseIndices: ArrayLike<number>;
}

/** Decoded frames kept in memory, and those of them decoded ahead of their use: 0.2 MB each at 224 pixels. */
const keptFrames = 384;
const framesAhead = 192;

interface Entry {
  readonly decoded: Promise<DecodedSample>;
  asked: boolean;
}

/**
 * Samples in any asked order: stateless towards the draw list, so a run resumes at any draw. `load` rejects with
 * AU_DATA_SAMPLE for what cannot be read after three more tries.
 */
export function createSampleLoader({
  root,
  manifest,
  imageSize,
  window,
  useMask,
  maskResize = 'nearest',
  threads,
  denseIndices,
}: SampleLoaderOptions): SampleLoader {
  const pool = createDecoderPool(threads);
  const kept = Math.ceil(keptFrames / window);
  const ahead = Math.ceil(framesAhead / window);
  const dense = Array.from(denseIndices);
  const frames = new Map(manifest.sequences.map((sequence) => [sequence.id, sequence.frames]));
  const entries = new Map<string, Entry>();
  let wanted: Draw[] = [];

  const start = (draw: Draw, asked: boolean): Entry => {
    const job: SampleJob = {
      root,
      sequence: draw.sequence,
      stems: stemsOf(frames, draw, window),
      imageSize,
      denseIndices: dense,
      useMask,
      maskResize,
    };
    const entry: Entry = { decoded: pool.decode(job), asked };
    const key = keyOf(draw);
    entries.set(key, entry);
    // A failure is told to whoever loads it, and the next one tries afresh.
    entry.decoded.catch(() => entries.get(key) === entry && entries.delete(key));
    evict();
    return entry;
  };
  const evict = () => {
    for (const [key, { asked }] of entries) {
      if (entries.size <= kept) return;
      if (asked) entries.delete(key);
    }
  };
  const pump = () => {
    let waiting = [...entries.values()].filter(({ asked }) => !asked).length;
    while (wanted.length > 0 && waiting < ahead) {
      const draw = wanted.shift()!;
      if (entries.has(keyOf(draw))) continue;
      start(draw, false);
      waiting++;
    }
  };

  return {
    prefetch(draws) {
      const keys = new Set(draws.map(keyOf));
      // What is no longer wanted may be forgotten when room is needed.
      for (const [key, entry] of entries) if (!keys.has(key)) entry.asked = true;
      wanted = [...draws];
      pump();
    },
    async load(draw, signal) {
      signal?.throwIfAborted();
      const key = keyOf(draw);
      const entry = entries.get(key) ?? start(draw, true);
      entry.asked = true;
      // Newest last: the oldest is evicted first.
      entries.delete(key);
      entries.set(key, entry);
      pump();
      const decoded = await orAborted(entry.decoded, signal);
      return toSample(draw, decoded, imageSize, stemsOf(frames, draw, window));
    },
    close: () => pool.close(),
  };
}

/** Copies of a sequence and later epochs share what is decoded. */
const keyOf = ({ sequence, centre }: Draw): string => `${sequence} ${centre}`;

function stemsOf(
  frames: ReadonlyMap<string, readonly string[]>,
  { sequence, centre }: Draw,
  window: number,
): readonly string[] {
  const first = centre - windowReach(window);
  const stems = frames.get(sequence)?.slice(Math.max(0, first), first + window) ?? [];
  if (first >= 0 && stems.length === window) return stems;
  throw new AuseqError('AU_DATA_SAMPLE', {
    what: `no ${window} frames around ${centre} in ${sequence}`,
    why: 'the draw does not belong to this data set',
    try: 'check that dataset.root is what the run was submitted with',
  });
}

function toSample(draw: Draw, decoded: DecodedSample, size: number, stems: readonly string[]): Sample {
  const plane = size * size;
  const image = new Float32Array(3 * stems.length * plane);
  const mask = new Float32Array(3 * stems.length * plane);
  for (let frame = 0; frame < stems.length; frame++) {
    for (let channel = 0; channel < 3; channel++) {
      const to = (3 * frame + channel) * plane;
      for (let i = 0; i < plane; i++) {
        image[to + i] = decoded.image[3 * (frame * plane + i) + channel]! / 255;
        mask[to + i] = decoded.mask[frame * plane + i]!;
      }
    }
  }
  return {
    draw,
    contentHash: decoded.contentHash,
    image,
    mask,
    // Copies: the decoded arrays are shared by later loads.
    landmark: decoded.landmark.slice(),
    landmarkDense: decoded.landmarkDense.slice(),
    names: stems.map((stem) => `${draw.sequence}/${stem}`),
  };
}

function orAborted<T>(promise: Promise<T>, signal: AbortSignal | undefined): Promise<T> {
  if (!signal) return promise;
  return new Promise((resolve, reject) => {
    const abort = () => reject(signal.reason);
    signal.addEventListener('abort', abort, { once: true });
    promise.then(resolve, reject).finally(() => signal.removeEventListener('abort', abort));
  });
}
