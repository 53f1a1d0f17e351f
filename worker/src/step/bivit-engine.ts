import { createHash } from 'node:crypto';
import { stepDraws } from '../data/draws.js';
import type { Draw } from '../data/types.js';
import { decomposeRow, eFlameCodeLayout } from '../model/codes.js';
import { countWeights } from '../model/parameter.js';
import { rasterise } from '../render/raster.js';
import { frontalLight } from '../render/sh.js';
import { adamInputs } from '../tensor/adam-inputs.js';
import { compileBivitSession } from './bivit-session.js';
import { checkLeafCodes } from './check-numbers.js';
import { createContourTable } from './contour-feed.js';
import { fillDropoutMasks } from './dropout-masks.js';
import type { EngineSnapshot, LeafFeatures, LeafGradient, StepEngine } from './engine.js';
import type { EngineInputs } from './engine-inputs.js';
import { createFrameEncoder, type FrameFeatures } from './frame-features.js';
import { type CoarseCodes, type LeafData, type LeafSources, prepareLeaf } from './leaf-data.js';
import { bytesOf, decodeLeafPayload, encodeLeafPayload, floatsOf } from './leaf-payload.js';
import { learningRate } from './learning-rate.js';
import { createLru } from './lru.js';
import { maskFeeds } from './programs/masks.js';
import { machineOf } from './provenance.js';
import { sizesOf } from './sizes.js';
import { trainedNetwork } from './trained-network.js';

const light = frontalLight();

/** Leaves kept ready between `features` and `supervise`; two steps' worth of the largest plan is far below this. */
const leavesInMemory = 256;

/** What the programs make of the run's fixed sample, short of what an update makes of it. */
export interface EngineSample {
  readonly data: LeafData;
  readonly codes: Float32Array;
  readonly projected: Float32Array;
  readonly features: LeafFeatures;
  readonly gradient: LeafGradient;
}

/** A BiViT engine, and what pictures and validation need of it beside the step loop. */
export interface BivitEngine extends StepEngine {
  /** Codes of a leaf's worth of sequences without dropout. */
  infer(data: LeafData): { codes: Float32Array; projected: Float32Array };
  /** Coarse codes, targets and features of a draw outside the training list, repeated to a leaf's fixed batch: read the first row. */
  prepare(draw: Draw, signal: AbortSignal): Promise<LeafData>;
  /** Of the run's first draw, repeated to a leaf's fixed batch; features are computed anew, whatever a cache holds. */
  sample(signal: AbortSignal): Promise<EngineSample>;
  /** Which triangle covers each pixel, for a leaf's projected vertices. */
  raster(projected: Float32Array): Int32Array;
  picture(data: LeafData, codes: Float32Array, pixelFaces: Int32Array): Record<string, Float32Array>;
}

/** Builds the engine of one run: compiled programs, frozen features, and the pure functions the step loop asks for. */
export function createBivitEngine(inputs: EngineInputs, sync: 'gather' | 'allreduce'): BivitEngine {
  const { config, assets, manifest } = inputs;
  const sizes = sizesOf(config);
  const session = compileBivitSession(config, sizes, assets, sync);
  const parameters = trainedNetwork(sizes).parameters(sizes.bivit);
  const sites = trainedNetwork(sizes).sites(sizes.bivit);
  const sources: LeafSources = {
    sizes,
    loader: inputs.loader,
    encoder: createFrameEncoder(session, featureFingerprint(inputs), inputs.featureCache),
    contour: createContourTable(assets.landmarks),
    coarseOf: (draw, features) => coarseOf(inputs, draw, features),
  };
  const ready = createLru<LeafData>(leavesInMemory);
  const drawsOf = (step: number) => stepDraws(manifest, config, config.train.seed, step, sizes.leaves, sizes.leafBatch);
  let step = 0;

  const masksFor = (atStep: number, firstIndex: number, batch: number, rate: number) =>
    maskFeeds(fillDropoutMasks({ seed: config.train.seed, step: atStep, firstIndex, batch, rate, sites }));
  const encode = (data: LeafData, masks: Record<string, Float32Array>) => {
    const { codes, projected } = session.run('encode', {
      afn: data.afn,
      global: data.global,
      ...data.coarse,
      ...masks,
    });
    return { codes: codes as Float32Array, projected: projected as Float32Array };
  };
  const raster = (projected: Float32Array) => {
    const vertices = projected.length / sizes.leafBatch;
    const pixels = sizes.image * sizes.image;
    const covered = new Int32Array(sizes.leafBatch * pixels);
    for (let row = 0; row < sizes.leafBatch; row++) {
      const one = projected.subarray(row * vertices, (row + 1) * vertices);
      covered.set(rasterise(one, assets.flame.faces, sizes.image), row * pixels);
    }
    return covered;
  };
  const featuresOf = (data: LeafData, atStep: number, leaf: number): LeafFeatures => ({
    ...{ step: atStep, leaf, draws: data.draws, payload: encodeLeafPayload(data.afn, data.global) },
  });
  const supervise = (data: LeafData, atStep: number, leaf: number) => {
    const masks = masksFor(atStep, leaf * sizes.leafBatch, sizes.leafBatch, config.model.dropout);
    const { codes, projected } = encode(data, masks);
    checkLeafCodes(atStep, leaf, data.draws, { codes, 'projected mesh': projected });
    const outputs = session.run('supervise', {
      codes,
      pixelFaces: raster(projected),
      ...data.coarse,
      ...data.targets,
    });
    const { dcodes, ...scalars } = outputs;
    const losses = Object.fromEntries(Object.entries(scalars).map(([name, value]) => [name, value[0]!]));
    const gradient: LeafGradient = { step: atStep, leaf, payload: bytesOf(dcodes as Float32Array), losses };
    return { codes, projected, gradient };
  };
  const dataOf = async (atStep: number, leaf: number, signal: AbortSignal) => {
    const key = `${atStep}/${leaf}`;
    const held = ready.get(key);
    if (held) return held;
    const draws = drawsOf(atStep);
    inputs.loader.prefetch(draws.slice(leaf).flat());
    const data = await prepareLeaf(draws[leaf]!, sources, signal);
    ready.set(key, data);
    return data;
  };
  const advance = (taken: number) => {
    step = taken + 1;
  };
  const adam = (taken: number) => adamInputs({ step: taken + 1, lr: learningRate(config.train, taken) });

  return {
    leaves: sizes.leaves,
    parameters: countWeights(parameters),
    get step() {
      return step;
    },

    async features(atStep, leaf, signal): Promise<LeafFeatures> {
      return featuresOf(await dataOf(atStep, leaf, signal), atStep, leaf);
    },

    async supervise({ step: atStep, leaf }, signal): Promise<LeafGradient> {
      return supervise(await dataOf(atStep, leaf, signal), atStep, leaf).gradient;
    },

    update(atStep, leaves) {
      const { frames, aus, auWidth, globalWidth, outputs } = sizes.bivit;
      const batch = sizes.leaves * sizes.leafBatch;
      const afn = new Float32Array(batch * frames * aus * auWidth);
      const global = new Float32Array(batch * frames * globalWidth);
      const dcodes = new Float32Array(batch * outputs);
      for (const [index, { features, gradient }] of leaves.entries()) {
        const parts = decodeLeafPayload(features.payload, afn.length / sizes.leaves, global.length / sizes.leaves);
        afn.set(parts.afn, index * parts.afn.length);
        global.set(parts.global, index * parts.global.length);
        dcodes.set(floatsOf(gradient.payload), (index * dcodes.length) / sizes.leaves);
      }
      const masks = masksFor(atStep, 0, batch, config.model.dropout);
      session.run('update', { afn, global, dcodes, ...masks, ...adam(atStep) });
      advance(atStep);
    },

    parameterGradient(features, gradient) {
      const { frames, aus, auWidth, globalWidth } = sizes.bivit;
      const sequences = sizes.leafBatch * frames;
      const { afn, global } = decodeLeafPayload(features.payload, sequences * aus * auWidth, sequences * globalWidth);
      const masks = masksFor(features.step, features.leaf * sizes.leafBatch, sizes.leafBatch, config.model.dropout);
      const dcodes = floatsOf(gradient.payload);
      return session.run('gradient', { afn, global, dcodes, ...masks }).gradient as Float32Array;
    },

    applyGradient(atStep, gradient) {
      session.run('apply', { gradient, ...adam(atStep) });
      advance(atStep);
    },

    snapshot(): EngineSnapshot {
      const values = session.readState();
      const arrays = ['w', 'm', 'v'].flatMap((kind) =>
        parameters.map(({ name, shape }) => ({
          name: `${kind}/${name}`,
          shape,
          data: values.get(kind === 'w' ? name : `${kind}/${name}`)!,
        })),
      );
      return { step, arrays };
    },

    restore(snapshot) {
      session.writeState(new Map(snapshot.arrays.map(({ name, data }) => [name.replace(/^w\//, ''), data])));
      step = snapshot.step;
    },

    checksum() {
      const hash = createHash('sha256').update(String(step));
      const values = session.readState(['vit.mlp_head.weight', 'vit.cls_token', 'm/vit.mlp_head.bias']);
      for (const value of values.values()) hash.update(bytesOf(value));
      return hash.digest('hex').slice(0, 16);
    },

    infer: (data) => encode(data, masksFor(0, 0, sizes.leafBatch, 0)),
    async sample(signal) {
      const draws = Array<Draw>(sizes.leafBatch).fill(drawsOf(0)[0]![0]!);
      const data = await prepareLeaf(draws, { ...sources, encoder: createFrameEncoder(session, '', null) }, signal);
      return { data, features: featuresOf(data, 0, 0), ...supervise(data, 0, 0) };
    },
    prepare: (draw, signal) => prepareLeaf(Array<Draw>(sizes.leafBatch).fill(draw), sources, signal),
    raster,
    picture: (data, codes, pixelFaces) =>
      session.run('picture', { codes, pixelFaces, ...data.coarse }) as Record<string, Float32Array>,
    dispose: () => session.dispose(),
  };
}

function coarseOf(inputs: EngineInputs, draw: Draw, features: FrameFeatures): CoarseCodes {
  const sequence = inputs.coarse.get(draw.sequence);
  if (sequence) {
    const pose = sequence.pose[draw.centre]!;
    const cam = sequence.cam[draw.centre]!;
    // The fit sees landmarks alone: no expression, the mean texture, a plain light.
    return { shape: sequence.shape, pose, cam, exp: new Float32Array(50), tex: new Float32Array(50), light };
  }
  const { shape, pose, cam, exp, tex, light: own } = decomposeRow(features.codes, eFlameCodeLayout);
  return { shape: shape!, pose: pose!, cam: cam!, exp: exp!, tex: tex!, light: own! };
}

/** Everything the bits of a frame's features depend on beside the picture; a folder may outlive a build, or serve two machines. */
function featureFingerprint({ config, assets }: EngineInputs): string {
  const { model, runtime, dataset, legacy } = config;
  return JSON.stringify([
    3, // of this code: raised when the same picture and weights would give other bits
    assets.sha256,
    ...Object.values(machineOf()),
    model.preset,
    model.precision,
    runtime.threads,
    runtime.onednn,
    dataset.image_size,
    ...(legacy.au_net_raw_input ? ['raw AUNet input'] : []),
  ]);
}
