import { type Attr, attr, type ConstantTensor, type GraphNode } from './graph.js';
import { dataType } from './native.js';

/**
 * The gradient of a stride-1 convolution with constant weights, as a convolution with the turned kernel.
 *
 * dx = conv(dy, K') with K'[a,b,o,i] = K[h-1-a, w-1-b, i, o] and, on each axis, a padding of (k-1)d less the forward's.
 * TensorFlow prepares the constant weights of a Conv2D once, those of a Conv2DBackpropInput in every run.
 */
export function turnFrozenConvolutions(nodes: readonly GraphNode[]): GraphNode[] {
  const constants = new Map<string, ConstantTensor>();
  const turned = new Map<string, GraphNode>();
  return nodes.flatMap((node) => {
    if (node.attrs.value?.kind === 'tensor') constants.set(node.name, node.attrs.value.value);
    const [, filter, dy] = node.inputs;
    const kernel = filter === undefined ? undefined : constants.get(filter);
    if (node.op !== 'Conv2DBackpropInput' || kernel === undefined || dy === undefined || !strideOne(node))
      return [node];
    const known = turned.get(filter!);
    const constant = known ?? turnedConstant(filter!, kernel);
    turned.set(filter!, constant);
    const attrs = { ...node.attrs, ...backwardPadding(node, kernel.shape) };
    const convolution: GraphNode = { ...node, op: 'Conv2D', inputs: [dy, constant.name], attrs };
    return known ? [convolution] : [constant, convolution];
  });
}

function strideOne({ attrs: { strides, data_format, padding } }: GraphNode): boolean {
  const oneEach = strides?.kind === 'ints' && strides.value.every((stride) => stride === 1);
  const known = padding?.kind === 'string' && (padding.value === 'SAME' || padding.value === 'VALID');
  return oneEach && known && data_format?.kind === 'string' && data_format.value === 'NHWC';
}

function backwardPadding({ attrs }: GraphNode, shape: readonly number[]): Record<string, Attr> {
  const dilations = attrs.dilations?.kind === 'ints' ? attrs.dilations.value : [1, 1, 1, 1];
  const sides = [0, 1].map((axis) => {
    const whole = (shape[axis]! - 1) * dilations[axis + 1]!;
    const forward = attrs.padding!.value === 'SAME' ? Math.floor(whole / 2) : 0;
    const forwardAfter = attrs.padding!.value === 'SAME' ? whole - forward : 0;
    return [whole - forward, whole - forwardAfter] as const;
  });
  if (sides.every(([before, after]) => before === 0 && after === 0)) return { padding: attr.string('VALID') };
  // TensorFlow has no faster path for explicit paddings, and SAME is that of every odd kernel.
  if (attrs.padding!.value === 'SAME' && sides.every(([before, after]) => before === after)) return {};
  return { padding: attr.string('EXPLICIT'), explicit_paddings: attr.ints([0, 0, ...sides.flat(), 0, 0]) };
}

function turnedConstant(name: string, { dtype, shape, bytes }: ConstantTensor): GraphNode {
  const [height, width, ins, outs] = shape as [number, number, number, number];
  const value = { dtype, shape: [height, width, outs, ins], bytes: turn(bytes, height * width, ins, outs) };
  return {
    name: `${name}/turned`,
    op: 'Const',
    inputs: [],
    attrs: { dtype: attr.type(dataType.float32), value: attr.tensor(value) },
  };
}

/** [cells, ins, outs] -> [cells backwards, outs, ins], float32. */
function turn(bytes: Uint8Array, cells: number, ins: number, outs: number): Uint8Array {
  const from = new Float32Array(bytes.slice().buffer);
  const to = new Float32Array(from.length);
  for (let cell = 0; cell < cells; cell++) {
    const start = cell * ins * outs;
    const target = (cells - 1 - cell) * ins * outs;
    for (let i = 0; i < ins; i++) {
      for (let o = 0; o < outs; o++) to[target + o * ins + i] = from[start + i * outs + o]!;
    }
  }
  return new Uint8Array(to.buffer);
}
