import type { TensorSpec, TypedArray } from './program.js';
import { type Tensor1D, type Tensor3D, type Tensor4D, tf } from './tf.js';

/** An operation that the model uses, on tiny inputs. */
export interface OpCase {
  readonly name: string;
  readonly inputs: readonly CaseInput[];
  apply(...inputs: tf.Tensor[]): tf.Tensor;
  /** False where tfjs defines no gradient. */
  readonly differentiable: boolean;
}

export interface CaseInput extends TensorSpec {
  readonly low: number;
  readonly high: number;
}

const f = (...shape: number[]): CaseInput => ({ shape, dtype: 'float32', low: -1.5, high: 1.5 });
const positive = (...shape: number[]): CaseInput => ({ shape, dtype: 'float32', low: 0.5, high: 2 });
const index = (high: number, ...shape: number[]): CaseInput => ({ shape, dtype: 'int32', low: 0, high });
const flag = (...shape: number[]): CaseInput => ({ shape, dtype: 'bool', low: 0, high: 2 });

type Apply<T extends tf.Tensor> = (...inputs: T[]) => tf.Tensor;

function op<T extends tf.Tensor = tf.Tensor>(name: string, inputs: CaseInput[], apply: Apply<T>): OpCase {
  return {
    name,
    inputs,
    apply: apply as Apply<tf.Tensor>,
    differentiable: inputs.some(({ dtype }) => dtype === 'float32'),
  };
}

const forwardOnly = (one: OpCase): OpCase => ({ ...one, differentiable: false });

const square = [f(2, 3), f(2, 3)];

const convolutions = [
  op<Tensor4D>('conv2d same', [f(1, 5, 5, 2), f(3, 3, 2, 4)], (x, w) => tf.conv2d(x!, w!, 1, 'same')),
  op<Tensor4D>('conv2d stride 2 same', [f(1, 6, 5, 2), f(3, 3, 2, 4)], (x, w) => tf.conv2d(x!, w!, 2, 'same')),
  op<Tensor4D>('conv2d valid', [f(2, 5, 5, 2), f(3, 2, 2, 4)], (x, w) => tf.conv2d(x!, w!, 1, 'valid')),
  op<Tensor4D>('conv2d stride 2 valid', [f(1, 7, 7, 2), f(3, 3, 2, 4)], (x, w) => tf.conv2d(x!, w!, 2, 'valid')),
  forwardOnly(op<Tensor4D>('conv2d explicit', [f(1, 6, 6, 2), f(3, 3, 2, 4)], (x, w) =>
    tf.conv2d(x!, w!, 2, [[0, 0], [1, 1], [1, 1], [0, 0]]))), // biome-ignore format: one pair an axis
  op<Tensor4D>('conv2d padded by hand', [f(1, 6, 6, 2), f(3, 3, 2, 4)], (x, w) =>
    tf.conv2d(tf.pad(x!, [[0, 0], [1, 1], [1, 1], [0, 0]]), w!, 2, 'valid')), // biome-ignore format: one pair an axis
  op<Tensor4D>('conv2dTranspose', [f(1, 4, 4, 3), f(3, 3, 2, 3)], (x, w) =>
    tf.conv2dTranspose(x!, w!, [1, 8, 8, 2], 2, 'same'),
  ),
  op<Tensor4D>('maxPool', [f(1, 6, 6, 2)], (x) => tf.maxPool(x!, 3, 2, 'same')),
  op<Tensor4D>('avgPool', [f(1, 6, 6, 2)], (x) => tf.avgPool(x!, 2, 2, 'valid')),
  op<Tensor4D>('resizeBilinear', [f(1, 4, 4, 2)], (x) => tf.image.resizeBilinear(x!, [7, 6])),
  op<Tensor4D>('resizeBilinear half pixel', [f(1, 4, 4, 2)], (x) => tf.image.resizeBilinear(x!, [8, 8], false, true)),
];

const products = [
  op('matMul', [f(3, 4), f(4, 2)], (a, b) => tf.matMul(a!, b!)),
  op('matMul transposed', [f(4, 3), f(2, 4)], (a, b) => tf.matMul(a!, b!, true, true)),
  op('matMul batched', [f(2, 3, 3, 4), f(2, 3, 4, 2)], (a, b) => tf.matMul(a!, b!)),
  op('matMul batched transposed', [f(2, 3, 4), f(2, 5, 4)], (a, b) => tf.matMul(a!, b!, false, true)),
  op('cross product', [f(4, 3), f(4, 3)], (a, b) => {
    const [ax, ay, az] = tf.unstack(a!, 1);
    const [bx, by, bz] = tf.unstack(b!, 1);
    return tf.stack(
      [ay!.mul(bz!).sub(az!.mul(by!)), az!.mul(bx!).sub(ax!.mul(bz!)), ax!.mul(by!).sub(ay!.mul(bx!))],
      1,
    );
  }),
];

const arithmetic = [
  op('add broadcast', [f(2, 3), f(3)], (a, b) => a!.add(b!)),
  op('sub broadcast', [f(2, 1, 3), f(4, 1)], (a, b) => a!.sub(b!)),
  op('mul broadcast', [f(2, 3), f(2, 1)], (a, b) => a!.mul(b!)),
  op('mul scalar', [f(2, 3)], (a) => a!.mul(0.3).add(1)),
  op('div broadcast', [f(2, 3), positive(3)], (a, b) => a!.div(b!)),
  forwardOnly(op('divNoNan', [f(2, 3), positive(2, 3)], (a, b) => tf.divNoNan(a!, b!))),
  op('addN', square, (a, b) => tf.addN([a!, b!, a!])),
  op('squaredDifference', square, (a, b) => tf.squaredDifference(a!, b!)),
  op('neg', [f(4)], (a) => a!.neg()),
  op('relu', [f(7)], (a) => a!.relu()),
  op('leakyRelu', [f(7)], (a) => tf.leakyRelu(a!, 0.1)),
  op('elu', [f(7)], (a) => a!.elu()),
  op('sigmoid', [f(5)], (a) => a!.sigmoid()),
  op('tanh', [f(5)], (a) => a!.tanh()),
  op('softplus', [f(5)], (a) => a!.softplus()),
  op('exact gelu', [f(6)], (a) => a!.mul(tf.erf(a!.div(Math.SQRT2)).add(1)).mul(0.5)),
  op('softmax', [f(2, 5)], (a) => tf.softmax(a!)),
  op('logSoftmax', [f(2, 5)], (a) => tf.logSoftmax(a!)),
  op('rsqrt', [positive(5)], (a) => a!.rsqrt()),
  op('sqrt', [positive(5)], (a) => a!.sqrt()),
  op('square', [f(5)], (a) => a!.square()),
  op('reciprocal', [positive(5)], (a) => a!.reciprocal()),
  op('abs', [f(5)], (a) => a!.abs()),
  op('exp', [f(5)], (a) => a!.exp()),
  op('log', [positive(5)], (a) => a!.log()),
  op('sin', [f(5)], (a) => a!.sin()),
  op('cos', [f(5)], (a) => a!.cos()),
  op('atan2', [f(5), positive(5)], (a, b) => tf.atan2(a!, b!)),
  op('pow', [positive(5), f(5)], (a, b) => a!.pow(b!)),
  op('clipByValue', [f(9)], (a) => a!.clipByValue(-0.7, 0.6)),
  op('maximum', square, (a, b) => a!.maximum(b!)),
  op('minimum', square, (a, b) => a!.minimum(b!)),
];

const shapes = [
  op('concat', square, (a, b) => tf.concat([a!, b!, a!], 1)),
  op('stack', square, (a, b) => tf.stack([a!, b!], 1)),
  op('unstack', [f(3, 4)], (a) => {
    const [x, y, z] = tf.unstack(a!, 0);
    return x!.mul(y!).add(z!);
  }),
  op('split', [f(2, 6)], (a) => {
    const [x, y] = tf.split(a!, [2, 4], 1);
    return tf.concat([y!, x!.square()], 1);
  }),
  op('slice', [f(4, 5)], (a) => a!.slice([1, 2], [2, 3])),
  forwardOnly(op('stridedSlice', [f(4, 5)], (a) => tf.stridedSlice(a!, [0, 4], [4, 0], [2, -1]))),
  op('transpose', [f(2, 3, 4)], (a) => a!.transpose([2, 0, 1])),
  op('reshape', [f(2, 6)], (a) => a!.reshape([3, 4]).matMul(a!.reshape([4, 3]))),
  op('expandDims and squeeze', [f(2, 1, 3)], (a) => a!.squeeze([1]).expandDims(2)),
  op('tile', [f(2, 3)], (a) => a!.tile([2, 2])),
  op('broadcastTo', [f(1, 3)], (a) => tf.broadcastTo(a!, [4, 3])),
  op('pad', [f(2, 3)], (a) => tf.pad(a!, [[1, 0], [2, 1]], 0.5)), // biome-ignore format: one pair an axis
  op('reverse', [f(3, 4)], (a) => tf.reverse(a!, 1)),
  op('gather', [f(5, 3), index(5, 4)], (a, i) => tf.gather(a!, i as Tensor1D)),
  op('gather on axis 1', [f(2, 5, 3), index(5, 4)], (a, i) => tf.gather(a!, i as Tensor1D, 1)),
  op('gather computed indices', [f(5, 3), index(3, 4)], (a, i) =>
    tf.gather(a!, i!.mul(tf.scalar(-1, 'int32')).add(tf.scalar(3, 'int32')) as Tensor1D),
  ),
  forwardOnly(op('gatherND', [f(3, 4), index(3, 5, 2)], (a, i) => tf.gatherND(a!, i!))),
  op('unsortedSegmentSum', [f(6, 2), index(3, 6)], (a, i) => tf.unsortedSegmentSum(a!, i as Tensor1D, 3)),
  forwardOnly(op('oneHot', [index(4, 5)], (i) => tf.oneHot(i!, 4))),
  op('cumsum', [f(2, 5)], (a) => tf.cumsum(a!, 1)),
  op<Tensor3D>('vertical flip', [f(2, 3, 4)], (a) => tf.reverse3d(a!, 0)),
];

const reductions = [
  op('sum all', [f(2, 3)], (a) => a!.sum()),
  op('sum axis', [f(2, 3, 4)], (a) => a!.sum([0, 2])),
  op('mean keepDims', [f(2, 3, 4)], (a) => a!.mean([1, 2], true)),
  op('max axis', [f(3, 4)], (a) => a!.max(1)),
  op('min axis', [f(3, 4)], (a) => a!.min(0)),
  op('prod', [positive(3, 4)], (a) => a!.prod(1)),
  op('layer norm by moments', [f(3, 8)], (a) => {
    const { mean, variance } = tf.moments(a!, -1, true);
    return a!.sub(mean).mul(variance.add(1e-6).rsqrt());
  }),
  op('norm', [f(3, 4)], (a) => a!.norm('euclidean', 1)),
  forwardOnly(op('argMax', [f(3, 4)], (a) => a!.argMax(1))),
];

const choices = [
  op('where', [flag(2, 3), f(2, 3), f(2, 3)], (c, a, b) => tf.where(c!, a!, b!)),
  op('where less', [index(9, 2, 3), ...square], (i, a, b) => tf.where(i!.less(5), a!.square(), b!)),
  op('cast', [flag(2, 3), f(2, 3)], (c, a) => a!.mul(c!.toFloat())),
  forwardOnly(op('cast to int', [f(6)], (a) => a!.toInt())),
  forwardOnly(op('floor', [f(6)], (a) => a!.floor())),
  forwardOnly(op('greater', square, (a, b) => a!.greater(b!))),
  forwardOnly(op('lessEqual', square, (a, b) => a!.lessEqual(b!))),
  forwardOnly(op('equal', [index(2, 6), index(2, 6)], (a, b) => a!.equal(b!))),
  forwardOnly(op('logicalAnd', [flag(6), flag(6)], (a, b) => a!.logicalAnd(b!))),
  forwardOnly(op('logicalOr not', [flag(6), flag(6)], (a, b) => a!.logicalOr(b!.logicalNot()))),
  forwardOnly(
    op('integer arithmetic', [index(9, 6), index(4, 6)], (a, b) =>
      a!.mul(b!).add(tf.scalar(2, 'int32')).mod(tf.scalar(5, 'int32')),
    ),
  ),
];

export const opCases: readonly OpCase[] = [
  ...convolutions,
  ...products,
  ...arithmetic,
  ...shapes,
  ...reductions,
  ...choices,
];

/** Fixed values from a small linear congruential generator, so that a failure can be repeated. */
export function caseValues({ shape, dtype, low, high }: CaseInput, seed: number): TypedArray {
  const size = shape.reduce((product, length) => product * length, 1);
  let state = (seed * 2654435761 + 12345) >>> 0;
  const values = Array.from({ length: size }, () => {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
    return low + (high - low) * (state / 2 ** 32);
  });
  if (dtype === 'float32') return Float32Array.from(values);
  return dtype === 'int32' ? Int32Array.from(values, Math.floor) : Uint8Array.from(values, Math.floor);
}
