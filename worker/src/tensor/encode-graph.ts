import type { Attr, ConstantTensor, GraphNode } from './graph.js';
import { floatField, intField, message, type Piece, packedFloats, packedInts, stringField } from './protobuf.js';

/** GraphDef's producer version: the one that gives control inputs and attributes their present meaning. */
const graphVersion = 1000;
const graphMinConsumer = 12;

/** SavedModel protobuf: one meta graph with the tag `serve`. Signatures are not needed, runs name their nodes. */
export function encodeSavedModel(nodes: readonly GraphNode[]): Piece[] {
  const versions = message(4, [intField(1, graphVersion), intField(3, graphMinConsumer)]);
  const graph = message(2, [...nodes.flatMap((node) => message(1, encodeNode(node))), ...versions]);
  const info = message(1, stringField(4, 'serve'));
  return [intField(1, 1), ...message(2, [...info, ...graph])];
}

function encodeNode({ name, op, inputs, after = [], attrs }: GraphNode): Piece[] {
  return [
    ...stringField(1, name),
    ...stringField(2, op),
    ...inputs.flatMap((input) => stringField(3, input)),
    ...after.flatMap((input) => stringField(3, `^${input}`)),
    ...Object.entries(attrs).flatMap(([key, value]) =>
      message(5, [...stringField(1, key), ...message(2, encodeAttr(value))]),
    ),
  ];
}

function encodeAttr(attr: Attr): Piece[] {
  switch (attr.kind) {
    case 'string':
      return stringField(2, attr.value);
    case 'int':
      return [intField(3, attr.value)];
    case 'float':
      return [floatField(4, attr.value)];
    case 'bool':
      return [intField(5, attr.value ? 1 : 0)];
    case 'type':
      return [intField(6, attr.value)];
    case 'shape':
      return message(7, encodeShape(attr.value));
    case 'tensor':
      return message(8, encodeTensor(attr.value));
    case 'ints':
      return message(1, packedInts(3, attr.value));
    case 'floats':
      return message(1, packedFloats(4, attr.value));
    case 'bools':
      return message(1, packedInts(5, attr.value.map(Number)));
  }
}

const encodeShape = (shape: readonly number[]): Piece[] => shape.flatMap((size) => message(2, [intField(1, size)]));

const encodeTensor = ({ dtype, shape, bytes }: ConstantTensor): Piece[] => [
  intField(1, dtype),
  ...message(2, encodeShape(shape)),
  ...message(4, [bytes]),
];
