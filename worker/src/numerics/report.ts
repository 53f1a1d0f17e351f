import type { NpyArray } from '../data/npy.js';
import { type LossName, weightOf } from '../loss/compose.js';
import { codeParts, type MeasuredStep, rows } from './measure-step.js';

/** The losses of the published run (model-facts §0.3). */
const reported = [
  'AUFLoss',
  'expression',
  'landmark_dense',
  'landmark',
  'eye_distance',
  'lip_distance',
  'relative_landmark',
  'photometric',
  'expression_reg',
  'tex_reg',
  'light_reg',
  'jaw_reg',
] as const satisfies readonly LossName[];

/** What `auseq numerics` prints. */
export interface NumericsReport {
  readonly loss: Readonly<Record<string, number>>;
  readonly weighted: Readonly<Record<string, number>>;
  readonly total: number;
  /** L2 by state-dict key. */
  readonly grad_norms: Readonly<Record<string, number>>;
  /** L2 of the weights after one Adam step. */
  readonly adam_weight_norms: Readonly<Record<string, number>>;
  /** Of each sequence: row of the contour table, 0..78. */
  readonly contour_bin: readonly number[];
  /** Of each sequence: pixels with a triangle. */
  readonly covered_pixels: readonly number[];
}

/** The numbers of a step. */
export function reportOf(step: MeasuredStep): NumericsReport {
  const { losses, config } = step;
  const weighted = reported.map((name) => [name, losses[name]! * weightOf(name, config.loss, config.legacy)]);
  return {
    loss: Object.fromEntries(reported.map((name) => [name, losses[name]!])),
    weighted: Object.fromEntries(weighted),
    total: losses.total!,
    grad_norms: norms(step.gradient),
    adam_weight_norms: norms(step.weightsAfter),
    contour_bin: step.contourBins,
    covered_pixels: rows(step.pixelFaces, step.contourBins.length).map(
      (faces) => faces.filter((face) => face >= 0).length,
    ),
  };
}

/** Its arrays under the names of the npz; points projected into [-1,1], y down; pictures [B,C,S,S]. */
export function arraysOf({ data, codes, contourBins, picture, pixelFaces }: MeasuredStep): Record<string, NpyArray> {
  const batch = contourBins.length;
  const pixels = pixelFaces.length / batch;
  const side = Math.sqrt(pixels);
  const { exp, tex, light } = codeParts(codes, batch);
  const { shape, pose, cam } = data.coarse;
  const array = (shape: readonly number[], values: Float32Array): NpyArray => ({
    shape,
    data: Float32Array.from(values),
  });
  const flat = (values: Float32Array) => array([batch, values.length / batch], values);
  const points = (values: Float32Array) => {
    const count = values.length / batch / 3;
    return array(
      [batch, count, 2],
      values.filter((_, i) => i % 3 < 2),
    );
  };
  return {
    exp: flat(exp!),
    tex: flat(tex!),
    light: array([batch, 9, 3], light!),
    shape: flat(shape),
    pose: flat(pose),
    cam: flat(cam),
    vertices: array([batch, picture.vertices!.length / batch / 3, 3], picture.vertices!),
    landmarks68: points(picture.landmarks68!),
    landmarks105: points(picture.landmarks105!),
    render: { shape: [batch, 3, side, side], data: channelsFirst(picture.image!, batch, pixels) },
    alpha: { shape: [batch, 1, side, side], data: Float32Array.from(pixelFaces, (face) => (face >= 0 ? 1 : 0)) },
  };
}

function channelsFirst(image: Float32Array, batch: number, pixels: number): Float32Array<ArrayBuffer> {
  const turned = new Float32Array(image.length);
  for (let row = 0; row < batch; row++)
    for (let pixel = 0; pixel < pixels; pixel++)
      for (let c = 0; c < 3; c++) turned[(row * 3 + c) * pixels + pixel] = image[(row * pixels + pixel) * 3 + c]!;
  return turned;
}

/** In float64: a sum of millions of squares loses digits in float32. */
function norms(arrays: ReadonlyMap<string, Float32Array>): Record<string, number> {
  return Object.fromEntries(
    [...arrays].map(([name, values]) => [name, Math.sqrt(values.reduce((sum, value) => sum + value * value, 0))]),
  );
}
