import { allSlips } from '@auseq/configs/legacy-slips';
import { type RunConfig, runConfig } from '@auseq/configs/schema';
import type { AssetBundle } from '../assets/types.js';
import { createSampleLoader } from '../data/loader.js';
import { bivitCodeLayout, decomposeRow, eFlameCodeLayout } from '../model/codes.js';
import { contourBin } from '../model/flame/contour.js';
import type { Parameter } from '../model/parameter.js';
import { rasterise } from '../render/raster.js';
import { compileBivitSession } from '../step/bivit-session.js';
import { createContourTable } from '../step/contour-feed.js';
import { fillDropoutMasks } from '../step/dropout-masks.js';
import { dropoutSites } from '../step/dropout-sites.js';
import type { EngineSnapshot } from '../step/engine.js';
import { createFrameEncoder } from '../step/frame-features.js';
import { type LeafData, prepareLeaf } from '../step/leaf-data.js';
import { maskFeeds } from '../step/programs/masks.js';
import { sizesOf } from '../step/sizes.js';
import { adamInputs } from '../tensor/adam-inputs.js';
import type { MeasuredSamples } from './measured-sample.js';

export interface StepOptions {
  readonly assets: AssetBundle;
  readonly root: string;
  readonly samples: MeasuredSamples;
  /** Weights and moments; null = those that a run with seed 0 begins with. */
  readonly snapshot: EngineSnapshot | null;
  readonly legacySlips: boolean;
  readonly parameters: readonly Parameter[];
  readonly signal: AbortSignal;
}

/** One training step, taken apart: every array on the host. */
export interface MeasuredStep {
  readonly config: RunConfig;
  readonly losses: Readonly<Record<string, number>>;
  /** By state-dict key. */
  readonly gradient: ReadonlyMap<string, Float32Array>;
  readonly weightsAfter: ReadonlyMap<string, Float32Array>;
  readonly data: LeafData;
  readonly codes: Float32Array; // [B,127]
  readonly pixelFaces: Int32Array; // [B,S*S], -1 = empty
  readonly contourBins: readonly number[];
  /** `image` [B,S,S,3], `vertices` [B,N,3], `landmarks68` [B,68,3], `landmarks105` [B,105,3]. */
  readonly picture: Readonly<Record<string, Float32Array>>;
}

/**
 * Takes one step of the published model in eval mode, without dropout: the losses of OnlyE2, the gradient of every weight,
 * one Adam step of 1e-4. The coarse codes are E_flame's (model-facts §0.2, §11).
 */
export async function measureStep(options: StepOptions): Promise<MeasuredStep> {
  const { assets, root, samples, snapshot, parameters, signal } = options;
  const config = configOf(options);
  const sizes = sizesOf(config);
  const batch = sizes.leafBatch;
  const session = compileBivitSession(config, sizes, assets, 'allreduce');
  const loader = createSampleLoader({
    root,
    manifest: samples.manifest,
    imageSize: samples.imageSize,
    window: sizes.bivit.frames,
    useMask: true,
    maskResize: config.legacy.mask_repeat_resize ? 'repeat' : 'nearest',
    threads: 1,
    denseIndices: assets.landmarks.denseIndices,
  });
  try {
    if (snapshot)
      session.writeState(new Map(snapshot.arrays.map(({ name, data }) => [name.replace(/^w\//, ''), data])));
    const sources = {
      sizes,
      loader,
      encoder: createFrameEncoder(session, 'numerics', null),
      contour: createContourTable(assets.landmarks),
      coarseOf: (_: unknown, { codes }: { codes: Float32Array }) => {
        const { shape, pose, cam, exp, tex, light } = decomposeRow(codes, eFlameCodeLayout);
        return { shape: shape!, pose: pose!, cam: cam!, exp: exp!, tex: tex!, light: light! };
      },
    };
    const data = await prepareLeaf(samples.draws, sources, signal);
    const sites = dropoutSites(sizes.bivit);
    const masks = maskFeeds(fillDropoutMasks({ seed: 0, step: 0, firstIndex: 0, batch, rate: 0, sites }));
    const { afn, global, coarse, targets } = data;
    const encoded = session.run('encode', { afn, global, ...coarse, ...masks });
    const codes = encoded.codes as Float32Array;
    const pixelFaces = cover(encoded.projected as Float32Array, batch, assets, sizes.image);
    const supervised = session.run('supervise', { codes, pixelFaces, ...coarse, ...targets });
    const { dcodes, ...scalars } = supervised;
    const picture = session.run('picture', { codes, pixelFaces, ...coarse }) as Record<string, Float32Array>;
    const flat = session.run('gradient', { afn, global, dcodes: dcodes!, ...masks }).gradient as Float32Array;
    session.run('apply', { gradient: flat, ...adamInputs({ step: (snapshot?.step ?? 0) + 1, lr: config.train.lr }) });
    const after = session.readState(parameters.map(({ name }) => name));
    return {
      config,
      losses: Object.fromEntries(Object.entries(scalars).map(([name, value]) => [name, value[0]!])),
      gradient: cut(flat, parameters),
      weightsAfter: after as ReadonlyMap<string, Float32Array>,
      data,
      codes,
      pixelFaces,
      contourBins: rows(coarse.pose, batch).map(contourBin),
      picture,
    };
  } finally {
    await loader.close();
    session.dispose();
  }
}

/** The published run on these assets and pictures, with or without the legacy code's slips. */
function configOf({ assets, samples, legacySlips }: StepOptions): RunConfig {
  return runConfig.parse({
    dataset: { image_size: samples.imageSize, batch_size: samples.draws.length },
    model: { preset: assets.preset, coarse: 'e_flame', dropout: 0 },
    legacy: legacySlips ? allSlips : {},
  });
}

function cover(projected: Float32Array, batch: number, assets: AssetBundle, size: number): Int32Array {
  const covered = new Int32Array(batch * size * size);
  for (const [index, one] of rows(projected, batch).entries())
    covered.set(rasterise(one, assets.flame.faces, size), index * size * size);
  return covered;
}

/** The rows of [B, ...] as views. */
export function rows<T extends Float32Array | Int32Array>(values: T, batch: number): T[] {
  const size = values.length / batch;
  return Array.from({ length: batch }, (_, row) => values.subarray(row * size, (row + 1) * size) as T);
}

function cut(flat: Float32Array, parameters: readonly Parameter[]): Map<string, Float32Array> {
  const parts = new Map<string, Float32Array>();
  let start = 0;
  for (const { name, shape } of parameters) {
    const end = start + shape.reduce((product, side) => product * side, 1);
    parts.set(name, flat.subarray(start, end));
    start = end;
  }
  return parts;
}

/** BiViT's codes [B,127] part by part, each [B, size]. */
export function codeParts(codes: Float32Array, batch: number): Record<string, Float32Array> {
  const cuts = rows(codes, batch).map((row) => decomposeRow(row, bivitCodeLayout));
  return Object.fromEntries(
    bivitCodeLayout.map(({ name, size }) => {
      const joined = new Float32Array(batch * size);
      for (const [index, parts] of cuts.entries()) joined.set(parts[name]!, index * size);
      return [name, joined];
    }),
  );
}
