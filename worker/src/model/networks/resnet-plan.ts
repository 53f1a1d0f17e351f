import type { Parameter } from '../parameter.js';
import type { ResNetShape } from './resnet-shape.js';

/** One convolution without bias and the batch norm behind it, by their state-dict names. */
export interface ConvPlan {
  readonly conv: string;
  readonly bn: string;
  readonly into: number;
  readonly out: number;
  /** 1, 3 or 7; torch pads by (kernel - 1) / 2 on every side. */
  readonly kernel: number;
  readonly stride: number;
}

export interface BlockPlan {
  readonly name: string;
  readonly convs: readonly [ConvPlan, ConvPlan, ConvPlan];
  readonly downsample: ConvPlan | null;
}

/**
 * `caffe` (model-facts §5): the stride sits in a bottleneck's first convolution, and the pool has no padding but rounds
 * up.
 */
export type Lineage = 'torchvision' | 'caffe';

export interface ResNetPlan {
  readonly lineage: Lineage;
  readonly stem: ConvPlan;
  readonly blocks: readonly BlockPlan[];
}

/** A bottleneck ResNet with torchvision's names behind `prefix`; the legacy shape is ResNet-50 (23,508,032 weights). */
export function resNetPlan(shape: ResNetShape, prefix = '', lineage: Lineage = 'torchvision'): ResNetPlan {
  const stem: ConvPlan = {
    conv: `${prefix}conv1`,
    bn: `${prefix}bn1`,
    into: 3,
    out: shape.stem,
    kernel: 7,
    stride: 2,
  };
  const blocks: BlockPlan[] = [];
  let into = shape.stem;
  for (const [stage, width] of shape.widths.entries()) {
    for (let i = 0; i < shape.blocks[stage]!; i++) {
      const name = `${prefix}layer${stage + 1}.${i}`;
      const stride = stage > 0 && i === 0 ? 2 : 1;
      blocks.push(bottleneck(name, { into, width, out: width * shape.expansion, stride, project: i === 0 }, lineage));
      into = width * shape.expansion;
    }
  }
  return { lineage, stem, blocks };
}

interface BottleneckSize {
  readonly into: number;
  readonly width: number;
  readonly out: number;
  readonly stride: number;
  readonly project: boolean;
}

function bottleneck(name: string, { into, width, out, stride, project }: BottleneckSize, lineage: Lineage): BlockPlan {
  const [first, second] = lineage === 'caffe' ? [stride, 1] : [1, stride];
  const conv = (index: number, from: number, to: number, kernel: number, step: number): ConvPlan => ({
    conv: `${name}.conv${index}`,
    bn: `${name}.bn${index}`,
    into: from,
    out: to,
    kernel,
    stride: step,
  });
  return {
    name,
    convs: [conv(1, into, width, 1, first), conv(2, width, width, 3, second), conv(3, width, out, 1, 1)],
    downsample: project
      ? { conv: `${name}.downsample.0`, bn: `${name}.downsample.1`, into, out, kernel: 1, stride }
      : null,
  };
}

/** All convolutions in state-dict order. */
export function convsOf(plan: ResNetPlan): ConvPlan[] {
  return [
    plan.stem,
    ...plan.blocks.flatMap(({ convs, downsample }) => (downsample ? [...convs, downsample] : [...convs])),
  ];
}

/** Four vectors of a batch norm: gain, shift and the two statistics. */
export function normParameters(name: string, size: number): Parameter[] {
  return ['weight', 'bias', 'running_mean', 'running_var'].map((part) => ({ name: `${name}.${part}`, shape: [size] }));
}

/** Parameters and statistics of the network, torch layout [out, in, kernel, kernel]. */
export function resNetParameters(plan: ResNetPlan): Parameter[] {
  return convsOf(plan).flatMap(({ conv, bn, into, out, kernel }) => [
    { name: `${conv}.weight`, shape: [out, into, kernel, kernel] },
    ...normParameters(bn, out),
  ]);
}
