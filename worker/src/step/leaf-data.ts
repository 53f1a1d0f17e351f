import type { Draw, Sample, SampleLoader } from '../data/types.js';
import { windowReach } from '../data/window.js';
import { coarseName, coarseNeeds } from '../model/head.js';
import type { ContourTable } from './contour-feed.js';
import type { FrameEncoder, FrameFeatures } from './frame-features.js';
import type { Sizes } from './sizes.js';

/** A leaf made ready for the programs: each array is the concatenation over the leaf's sequences. */
export interface LeafData {
  readonly draws: readonly { draw: Draw; contentHash: string }[];
  readonly afn: Float32Array; // [b,W,27,A]
  readonly global: Float32Array; // [b,W,G]
  readonly coarse: CoarseFeeds;
  readonly targets: TargetFeeds;
}

export interface CoarseFeeds {
  readonly shape: Float32Array; // [b,100]
  readonly pose: Float32Array; // [b,6]
  readonly cam: Float32Array; // [b,3]
  readonly contourFaces: Int32Array; // [b,17]
  readonly contourBary: Float32Array; // [b,17,3]
  // What the head leaves to the coarse face, or is added to it (model/head.ts): absent where the head needs none of it.
  readonly coarseTex?: Float32Array; // [b,50]
  readonly coarseExp?: Float32Array; // [b,50]
  readonly coarseLight?: Float32Array; // [b,27], DECA's basis
}

/** The coarse codes of one frame: E_flame's, or fitted to its landmarks. */
export interface CoarseCodes {
  readonly shape: Float32Array; // [100]
  readonly pose: Float32Array; // [6]
  readonly cam: Float32Array; // [3]
  readonly exp: Float32Array; // [50]
  readonly tex: Float32Array; // [50]
  readonly light: Float32Array; // [27], DECA's basis
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
  coarseOf(draw: Draw, features: FrameFeatures): CoarseCodes;
}

/** Loads, encodes and joins the sequences of one leaf. */
export async function prepareLeaf(
  draws: readonly Draw[],
  sources: LeafSources,
  signal: AbortSignal,
): Promise<LeafData> {
  const window = sources.sizes.bivit.frames;
  const centre = windowReach(window);
  const parts: SequenceData[] = [];
  for (const draw of draws) parts.push(await prepareSequence(draw, sources, signal));
  const floats = (pick: (part: SequenceData) => Float32Array) => joinFloats(parts.map(pick));
  return {
    draws: parts.map(({ sample }) => ({ draw: sample.draw, contentHash: sample.contentHash })),
    afn: floats(({ frames }) => joinFloats(frames.map(({ afn }) => afn))),
    global: floats(({ frames }) => joinFloats(frames.map(({ global }) => global))),
    coarse: {
      shape: floats(({ coarse }) => coarse.shape),
      pose: floats(({ coarse }) => coarse.pose),
      cam: floats(({ coarse }) => coarse.cam),
      contourFaces: Int32Array.from(parts.flatMap(({ contour }) => [...contour.faces])),
      contourBary: floats(({ contour }) => contour.bary),
      ...Object.fromEntries(
        coarseNeeds(sources.sizes.head).map(({ name }) => [coarseName(name), floats(({ coarse }) => coarse[name])]),
      ),
    },
    targets: {
      image: floats(({ sample }) => frameOf(sample.image, window, centre)),
      mask: floats(({ sample }) => frameOf(sample.mask, window, centre)),
      landmark: floats(({ sample }) => frameOf(sample.landmark, window, centre)),
      landmarkDense: floats(({ sample }) => frameOf(sample.landmarkDense, window, centre)),
      auTarget: floats(({ frames }) => frames[centre]!.afn),
      emotionTarget: floats(({ frames }) => frames[centre]!.emotion),
    },
  };
}

async function prepareSequence(draw: Draw, sources: LeafSources, signal: AbortSignal) {
  const sample: Sample = await sources.loader.load(draw, signal);
  const window = sources.sizes.bivit.frames;
  const frames: FrameFeatures[] = [];
  for (let index = 0; index < window; index++)
    frames.push(await sources.encoder.encode(frameOf(sample.image, window, index)));
  const coarse = sources.coarseOf(draw, frames[windowReach(window)]!);
  return { sample, frames, coarse, contour: sources.contour.of(coarse.pose) };
}

type SequenceData = Awaited<ReturnType<typeof prepareSequence>>;

function frameOf(values: Float32Array, window: number, index: number): Float32Array {
  const size = values.length / window;
  return values.slice(index * size, (index + 1) * size);
}

function joinFloats(arrays: readonly Float32Array[]): Float32Array {
  const joined = new Float32Array(arrays.reduce((sum, { length }) => sum + length, 0));
  let start = 0;
  for (const array of arrays) {
    joined.set(array, start);
    start += array.length;
  }
  return joined;
}
