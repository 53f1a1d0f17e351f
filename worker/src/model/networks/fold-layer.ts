import type { HostArray, WeightMap } from '../../assets/types.js';
import type { ConvPlan } from './resnet-plan.js';
import { takeWeight } from './take-weight.js';

/** eps of every batch norm (model-facts §11). */
export const batchNormEps = 1e-5;

/** A layer as it runs: kernel [k,k,in,out] or [in,out], and bias [out]. */
export interface FoldedLayer {
  readonly kernel: HostArray;
  readonly bias: HostArray;
}

/** A batch norm at evaluation is y = x * scale + shift, channel by channel. */
export function normAffine(
  weights: WeightMap,
  name: string,
  size: number,
): { scale: Float32Array; shift: Float32Array } {
  const part = (suffix: string) => takeWeight(weights, `${name}.${suffix}`, [size]);
  const [gain, bias, mean, variance] = [part('weight'), part('bias'), part('running_mean'), part('running_var')];
  const scale = gain.map((value, i) => value / Math.sqrt(variance[i]! + batchNormEps));
  return { scale, shift: bias.map((value, i) => value - mean[i]! * scale[i]!) };
}

/**
 * Convolution and batch norm as one convolution: torch's [out,in,k,k] becomes [k,k,in,out], scaled by output channel.
 */
export function foldConv(weights: WeightMap, plan: ConvPlan): FoldedLayer {
  const { conv, bn, into, out, kernel } = plan;
  const source = takeWeight(weights, `${conv}.weight`, [out, into, kernel, kernel]);
  const { scale, shift } = normAffine(weights, bn, out);
  const area = kernel * kernel;
  const data = new Float32Array(source.length);
  for (let o = 0, from = 0; o < out; o++) {
    for (let i = 0; i < into; i++) {
      for (let k = 0; k < area; k++, from++) data[(k * into + i) * out + o] = source[from]! * scale[o]!;
    }
  }
  return { kernel: { shape: [kernel, kernel, into, out], data }, bias: { shape: [out], data: shift } };
}

/** Linear layer, with a batch norm over its outputs when `bn` is given: torch's [out,in] becomes [in,out]. */
export function foldLinear(weights: WeightMap, name: string, into: number, out: number, bn?: string): FoldedLayer {
  const source = takeWeight(weights, `${name}.weight`, [out, into]);
  const offset = takeWeight(weights, `${name}.bias`, [out]);
  const affine = bn === undefined ? null : normAffine(weights, bn, out);
  const data = new Float32Array(source.length);
  for (let o = 0; o < out; o++) {
    const scale = affine ? affine.scale[o]! : 1;
    for (let i = 0; i < into; i++) data[i * out + o] = source[o * into + i]! * scale;
  }
  const bias = affine ? offset.map((value, o) => value * affine.scale[o]! + affine.shift[o]!) : offset.slice();
  return { kernel: { shape: [into, out], data }, bias: { shape: [out], data: bias } };
}

/** Layers with equal inputs side by side: [in, layers * out], so that one product computes all. */
export function joinLinears(layers: readonly FoldedLayer[]): FoldedLayer {
  const [into, out] = layers[0]!.kernel.shape as [number, number];
  const total = layers.length * out;
  const data = new Float32Array(into * total);
  const bias = new Float32Array(total);
  for (const [index, layer] of layers.entries()) {
    bias.set(layer.bias.data, index * out);
    for (let i = 0; i < into; i++) {
      data.set(layer.kernel.data.subarray(i * out, (i + 1) * out), i * total + index * out);
    }
  }
  return { kernel: { shape: [into, total], data }, bias: { shape: [total], data: bias } };
}
