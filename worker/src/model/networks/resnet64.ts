import type { WeightMap } from '../../assets/types.js';
import type { BlockPlan, ConvPlan, ResNetPlan } from './resnet-plan.js';

/** One picture or feature map, channels last. */
export interface Map64 {
  readonly size: number;
  readonly channels: number;
  readonly data: Float64Array;
}

/**
 * A bottleneck ResNet in plain float64 with its batch norms apart, as torch computes it; written to check the folded
 * one.
 */
export function resNet64(weights: WeightMap, plan: ResNetPlan, image: Map64): Map64 {
  const pad = plan.lineage === 'caffe' ? 0 : 1;
  let x = maxPool(relu(convNorm(weights, plan.stem, image)), pad, plan.lineage === 'caffe');
  for (const block of plan.blocks) x = bottleneck(weights, block, x);
  return x;
}

/** Mean over the positions: one value per channel. */
export function pool64({ size, channels, data }: Map64): Float64Array {
  const mean = new Float64Array(channels);
  for (let i = 0; i < data.length; i++) mean[i % channels] = mean[i % channels]! + data[i]! / (size * size);
  return mean;
}

export function norm64(weights: WeightMap, name: string, value: number, channel: number): number {
  const part = (suffix: string) => weights.get(`${name}.${suffix}`)!.data[channel]!;
  return ((value - part('running_mean')) / Math.sqrt(part('running_var') + 1e-5)) * part('weight') + part('bias');
}

function bottleneck(weights: WeightMap, { convs, downsample }: BlockPlan, x: Map64): Map64 {
  const inner = relu(convNorm(weights, convs[1], relu(convNorm(weights, convs[0], x))));
  const branch = convNorm(weights, convs[2], inner);
  const identity = downsample ? convNorm(weights, downsample, x) : x;
  return relu({ ...branch, data: branch.data.map((value, i) => value + identity.data[i]!) });
}

function relu(x: Map64): Map64 {
  return { ...x, data: x.data.map((value) => Math.max(0, value)) };
}

function convNorm(weights: WeightMap, { conv, bn, into, out, kernel, stride }: ConvPlan, x: Map64): Map64 {
  const weight = weights.get(`${conv}.weight`)!.data;
  const pad = (kernel - 1) / 2;
  const size = Math.floor((x.size + 2 * pad - kernel) / stride) + 1;
  const data = new Float64Array(size * size * out);
  for (let row = 0, at = 0; row < size; row++) {
    for (let column = 0; column < size; column++) {
      for (let o = 0; o < out; o++, at++) {
        let sum = 0;
        for (let r = 0; r < kernel; r++) {
          for (let c = 0; c < kernel; c++) {
            const [y, z] = [row * stride + r - pad, column * stride + c - pad];
            if (y < 0 || z < 0 || y >= x.size || z >= x.size) continue;
            for (let i = 0; i < into; i++) {
              sum += x.data[(y * x.size + z) * into + i]! * weight[((o * into + i) * kernel + r) * kernel + c]!;
            }
          }
        }
        data[at] = norm64(weights, bn, sum, o);
      }
    }
  }
  return { size, channels: out, data };
}

function maxPool(x: Map64, pad: number, roundUp: boolean): Map64 {
  const size = (roundUp ? Math.ceil : Math.floor)((x.size + 2 * pad - 3) / 2) + 1;
  const data = new Float64Array(size * size * x.channels).fill(Number.NEGATIVE_INFINITY);
  for (let row = 0; row < size; row++) {
    for (let column = 0; column < size; column++) {
      for (let k = 0; k < 9; k++) {
        const [y, z] = [row * 2 + Math.floor(k / 3) - pad, column * 2 + (k % 3) - pad];
        if (y < 0 || z < 0 || y >= x.size || z >= x.size) continue;
        for (let c = 0; c < x.channels; c++) {
          const at = (row * size + column) * x.channels + c;
          data[at] = Math.max(data[at]!, x.data[(y * x.size + z) * x.channels + c]!);
        }
      }
    }
  }
  return { size, channels: x.channels, data };
}
