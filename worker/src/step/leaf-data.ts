import type { Draw, Sample, SampleLoader } from '../data/types.js';
import type { ContourTable } from './contour-feed.js';
import type { FrameEncoder, FrameFeatures } from './frame-features.js';
import type { Sizes } from './sizes.js';

/** A leaf made ready for the programs: each array is the concatenation over the leaf's sequences. */
export interface LeafData {
  readonly draws: readonly { draw: Draw; contentHash: string }[];
  readonly afn: Float32Array; // [b,3,27,A]
  readonly global: Float32Array; // [b,3,G]
  readonly coarse: CoarseFeeds;
  readonly targets: TargetFeeds;
}

export interface CoarseFeeds {
  readonly shape: Float32Array; // [b,100]
  readonly pose: Float32Array; // [b,6]
  readonly cam: Float32Array; // [b,3]
  readonly contourFaces: Int32Array; // [b,17]
  readonly contourBary: Float32Array; // [b,17,3]
}

/** Of the middle frame, which alone is supervised. */
export interface TargetFeeds {
  readonly image: Float32Array; // [b,3,S,S]
  readonly mask: Float32Array; // [b,3,S,S]
  readonly landmark: Float32Array; // [b,68,3]
  readonly landmarkDense: Float32Array; // [b,105,3]
  readonly auTarget: Float32Array; // [b,27,A]
  readonly emotionTarget: Float32Array; // [b,E]
}

export interface LeafSources {
  readonly sizes: Sizes;
  readonly loader: SampleLoader;
  readonly encoder: FrameEncoder;
  readonly contour: ContourTable;
  /** Coarse codes of the middle frame of a draw. */
  coarseOf(
    draw: Draw,
    features: FrameFeatures,
  ): { shape: ArrayLike<number>; pose: ArrayLike<number>; cam: ArrayLike<number> };
}

/** Loads, encodes and joins the sequences of one leaf. */
export async function prepareLeaf(
  draws: readonly Draw[],
  sources: LeafSources,
  signal: AbortSignal,
): Promise<LeafData> {
  const parts: SequenceData[] = [];
  for (const draw of draws) parts.push(await prepareSequence(draw, sources, signal));
  const floats = (pick: (part: SequenceData) => Float32Array) => joinFloats(parts.map(pick));
  return {
    draws: parts.map(({ sample }) => ({ draw: sample.draw, contentHash: sample.contentHash })),
    afn: floats(({ frames }) => joinFloats(frames.map(({ afn }) => afn))),
    global: floats(({ frames }) => joinFloats(frames.map(({ global }) => global))),
    coarse: {
      shape: floats(({ coarse }) => Float32Array.from(coarse.shape)),
      pose: floats(({ coarse }) => Float32Array.from(coarse.pose)),
      cam: floats(({ coarse }) => Float32Array.from(coarse.cam)),
      contourFaces: Int32Array.from(parts.flatMap(({ contour }) => [...contour.faces])),
      contourBary: floats(({ contour }) => contour.bary),
    },
    targets: {
      image: floats(({ sample }) => middle(sample.image)),
      mask: floats(({ sample }) => middle(sample.mask)),
      landmark: floats(({ sample }) => middle(sample.landmark)),
      landmarkDense: floats(({ sample }) => middle(sample.landmarkDense)),
      auTarget: floats(({ frames }) => frames[1].afn),
      emotionTarget: floats(({ frames }) => frames[1].emotion),
    },
  };
}

async function prepareSequence(draw: Draw, sources: LeafSources, signal: AbortSignal) {
  const sample: Sample = await sources.loader.load(draw, signal);
  const frame = async (index: 0 | 1 | 2) => sources.encoder.encode(third(sample.image, index));
  const frames = [await frame(0), await frame(1), await frame(2)] as const;
  const coarse = sources.coarseOf(draw, frames[1]);
  return { sample, frames, coarse, contour: sources.contour.of(coarse.pose) };
}

type SequenceData = Awaited<ReturnType<typeof prepareSequence>>;

function third(values: Float32Array, index: 0 | 1 | 2): Float32Array {
  const size = values.length / 3;
  return values.slice(index * size, (index + 1) * size);
}

const middle = (values: Float32Array): Float32Array => third(values, 1);

function joinFloats(arrays: readonly Float32Array[]): Float32Array {
  const joined = new Float32Array(arrays.reduce((sum, { length }) => sum + length, 0));
  let start = 0;
  for (const array of arrays) {
    joined.set(array, start);
    start += array.length;
  }
  return joined;
}
