import { tf } from '../../tensor/tf.js';
import type { BlockPlan, ConvPlan, Lineage, ResNetPlan } from './resnet-plan.js';

/** Folded constants of a network as tensors. */
export type Constants = Readonly<Record<string, tf.Tensor>>;

/**
 * Computes one convolution with its batch norm; the rest of the network is the same for running and for calibrating.
 */
export type Convolve = (x: tf.Tensor4D, conv: ConvPlan) => tf.Tensor4D;

type Enclose = (part: () => tf.Tensor4D) => tf.Tensor4D;

/**
 * Feature map [B, S/32, S/32, feature] of pictures [B,S,S,3]. `enclose` runs the stem and each block, for instance to
 * free what a part leaves behind when many pictures pass at once.
 */
export function resNetMap(
  plan: ResNetPlan,
  image: tf.Tensor,
  convolve: Convolve,
  enclose: Enclose = (part) => part(),
): tf.Tensor4D {
  let x = enclose(() => pool(tf.relu(convolve(image as tf.Tensor4D, plan.stem)), plan.lineage));
  for (const block of plan.blocks) {
    const input = x;
    x = enclose(() => runBlock(block, input, convolve));
  }
  return x;
}

function runBlock(block: BlockPlan, x: tf.Tensor4D, convolve: Convolve): tf.Tensor4D {
  const [first, second, third] = block.convs;
  const branch = convolve(tf.relu(convolve(tf.relu(convolve(x, first)), second)), third);
  const identity = block.downsample ? convolve(x, block.downsample) : x;
  return tf.relu(tf.add(branch, identity));
}

/** [B,h,w,C] -> [B,C]. */
export function averagePool(map: tf.Tensor4D): tf.Tensor2D {
  return tf.mean(map, [1, 2]) as tf.Tensor2D;
}

/** Convolution with a folded kernel and bias. */
export function foldedConvolve(c: Constants): Convolve {
  return (x, { conv, kernel, stride }) =>
    tf.add(paddedConv(x, c[`${conv}/kernel`] as tf.Tensor4D, kernel, stride), c[`${conv}/bias`]!);
}

/**
 * Convolution with torch's symmetric padding. TensorFlow's `same` pads one side only at stride 2, so there the pad is
 * explicit.
 */
export function paddedConv(x: tf.Tensor4D, filter: tf.Tensor4D, kernel: number, stride: number): tf.Tensor4D {
  if (kernel === 1) return tf.conv2d(x, filter, stride, 'valid');
  if (stride === 1) return tf.conv2d(x, filter, 1, 'same');
  return tf.conv2d(padSides(x, (kernel - 1) / 2, (kernel - 1) / 2), filter, stride, 'valid');
}

/** Max pool 3/2. The input is never negative (ReLU), so padding with zeros equals padding with minus infinity. */
function pool(x: tf.Tensor4D, lineage: Lineage): tf.Tensor4D {
  const overhang = (x.shape[1] - 3) % 2;
  const padded = lineage === 'caffe' ? padSides(x, 0, overhang) : padSides(x, 1, 1);
  return tf.maxPool(padded, 3, 2, 'valid');
}

function padSides(x: tf.Tensor4D, before: number, after: number): tf.Tensor4D {
  return tf.pad(x, [
    [0, 0],
    [before, after],
    [before, after],
    [0, 0],
  ]);
}
