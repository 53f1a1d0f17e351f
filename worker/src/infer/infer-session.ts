import { runConfig } from '@auseq/configs/schema';
import type { AssetBundle, HostArray } from '../assets/types.js';
import { bivitParameters } from '../model/bivit/shape.js';
import { bivitCodeLayout, decomposeRow } from '../model/codes.js';
import { flameConstants } from '../model/flame/constants.js';
import { auNetForward } from '../model/networks/au-net.js';
import { eFlameForward } from '../model/networks/e-flame.js';
import { foldNetwork } from '../model/networks/fold-network.js';
import { resNetShapes } from '../model/networks/resnet-shape.js';
import { rasterise } from '../render/raster.js';
import { createContourTable } from '../step/contour-feed.js';
import { fillDropoutMasks } from '../step/dropout-masks.js';
import { dropoutSites } from '../step/dropout-sites.js';
import { encodeProgram } from '../step/programs/encode.js';
import { coarseInputs, decodeFace } from '../step/programs/face.js';
import { toChannelsLast } from '../step/programs/layout.js';
import { maskFeeds } from '../step/programs/masks.js';
import { pictureProgram } from '../step/programs/picture.js';
import { constantsOf, withPrefix } from '../step/run-constants.js';
import { type Sizes, sizesOf } from '../step/sizes.js';
import { compileSession, type ProgramDef } from '../tensor/session.js';
import type { FrameCodes } from './frame-codes.js';
import type { TrainedWeights } from './load-weights.js';

export type Coarse = Pick<FrameCodes, 'shape' | 'pose' | 'cam'>;

/** What the frozen networks say of one picture. */
export interface Look {
  readonly afn: Float32Array; // [27,A]
  readonly global: Float32Array; // [G]
  readonly codes: Float32Array; // [236] E_flame's
}

export interface Decoded {
  readonly vertices: Float32Array; // [N,3] metres
  readonly projected: Float32Array; // [N,3] in the crop, [-1,1], y down
  readonly landmarks68: Float32Array; // [68,3] likewise
}

export interface InferSession {
  /** Side of the pictures it takes. */
  readonly imageSize: number;
  /** One picture [3,S,S], RGB 0..1. */
  look(picture: Float32Array): Look;
  /** BiViT's 127 codes of the middle one of three frames, without dropout. */
  predict(window: readonly [Look, Look, Look], coarse: Coarse): Float32Array;
  /** FLAME with an expression [50], projected into the crop. */
  decode(coarse: Coarse, exp: Float32Array): Decoded;
  /** The textured and lit face [S,S,3], black outside. */
  render(coarse: Coarse, codes: Float32Array): Float32Array;
  dispose(): void;
}

/** Compiles the programs that inference needs and no others: frozen networks, BiViT, FLAME and the renderer, a frame at a time. */
export function createInferSession(trained: TrainedWeights, assets: AssetBundle): InferSession {
  const precision = trained.provenance.precision === 'bf16' ? 'bf16' : 'fp32';
  const config = runConfig.parse({ model: { preset: trained.preset, precision }, legacy: trained.slips });
  const { image } = resNetShapes[trained.preset];
  const sizes: Sizes = { ...sizesOf(config), leafBatch: 1, leaves: 1, image };
  const parameters = bivitParameters(sizes.bivit).map(({ name }) => name);
  const session = compileSession({
    name: 'infer',
    state: Object.fromEntries(
      parameters.map((name) => {
        const { shape, data } = trained.weights.get(name)!;
        return [name, { shape, value: data }];
      }),
    ),
    constants: Object.assign(
      withPrefix('flame', flameConstants(assets)),
      ...(['e_flame', 'au_net'] as const).map((name) =>
        withPrefix(name, foldNetwork(name, assets.network(name), sizes.resnet)),
      ),
    ) as Record<string, HostArray>,
    precision,
    programs: {
      look: lookProgram(sizes),
      encode: encodeProgram(sizes, parameters),
      decode: decodeProgram(sizes),
      picture: pictureProgram(sizes),
    },
  });
  const masks = maskFeeds(
    fillDropoutMasks({ seed: 0, step: 0, firstIndex: 0, batch: 1, rate: 0, sites: dropoutSites(sizes.bivit) }),
  );
  const contour = createContourTable(assets.landmarks);
  const feeds = ({ shape, pose, cam }: Coarse) => {
    const { faces, bary } = contour.of(pose);
    return { shape, pose, cam, contourFaces: faces, contourBary: bary };
  };
  return {
    imageSize: sizes.image,
    look: (image) => session.run('look', { image }) as unknown as Look,
    predict(window, coarse) {
      const afn = join(window.map((one) => one.afn));
      const global = join(window.map((one) => one.global));
      return session.run('encode', { afn, global, ...feeds(coarse), ...masks }).codes as Float32Array;
    },
    decode: (coarse, exp) => session.run('decode', { exp, ...feeds(coarse) }) as unknown as Decoded,
    render(coarse, codes) {
      const exp = decomposeRow(codes, bivitCodeLayout).exp!;
      const { projected } = session.run('decode', { exp, ...feeds(coarse) });
      const pixelFaces = rasterise(projected as Float32Array, assets.flame.faces, sizes.image);
      return session.run('picture', { codes, pixelFaces, ...feeds(coarse) }).image as Float32Array;
    },
    dispose: () => session.dispose(),
  };
}

/** As the training's `frame` program, without the emotion network, which only a loss reads. */
function lookProgram(sizes: Sizes): ProgramDef {
  return {
    inputs: { image: { shape: [3, sizes.image, sizes.image], dtype: 'float32' } },
    build({ image }, { constants }) {
      const picture = toChannelsLast(image!.expandDims(0));
      const { feature, codes } = eFlameForward(constantsOf(constants, 'e_flame'), picture, sizes.resnet);
      const afn = auNetForward(constantsOf(constants, 'au_net'), picture, sizes.resnet, sizes.rawAuInput);
      return { outputs: { afn, global: feature, codes } };
    },
  };
}

const expressions = bivitCodeLayout.find(({ name }) => name === 'exp')!.size;

function decodeProgram({ head }: Sizes): ProgramDef {
  return {
    inputs: { exp: { shape: [1, expressions], dtype: 'float32' }, ...coarseInputs(1, head) },
    build(inputs, { constants }) {
      const codes = { exp: inputs.exp!, pose: inputs.pose! };
      const { vertices, projected, landmarks68 } = decodeFace(constantsOf(constants, 'flame'), inputs, codes);
      return { outputs: { vertices, projected, landmarks68 } };
    },
  };
}

function join(arrays: readonly Float32Array[]): Float32Array {
  const joined = new Float32Array(arrays.length * arrays[0]!.length);
  for (const [index, array] of arrays.entries()) joined.set(array, index * array.length);
  return joined;
}
