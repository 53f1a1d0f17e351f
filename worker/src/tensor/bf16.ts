import { attr, type ConstantTensor, type GraphNode } from './graph.js';
import { dataType } from './native.js';
import type { Bf16Op } from './program.js';

/** Which inputs of an operation hold numbers; the others hold shapes. */
const numberInputs: Record<Bf16Op, readonly number[]> = {
  Conv2D: [0, 1],
  Conv2DBackpropInput: [1, 2],
  Conv2DBackpropFilter: [0, 2],
  BatchMatMulV2: [0, 1],
};

export const defaultBf16Ops: readonly Bf16Op[] = ['Conv2D', 'Conv2DBackpropInput'];

const bf16 = attr.type(dataType.bfloat16);
const float = attr.type(dataType.float32);

/** Lets the given operations multiply in bfloat16: their inputs are cast, and their results cast back to float32. */
export function multiplyInBf16(nodes: readonly GraphNode[], ops: readonly Bf16Op[]): GraphNode[] {
  const constants = new Map<string, ConstantTensor>();
  const casts = new Map<string, string>();
  return nodes.flatMap((node) => {
    if (node.attrs.value?.kind === 'tensor') constants.set(node.name, node.attrs.value.value);
    const wanted = ops.find((op) => op === node.op);
    if (wanted === undefined || node.attrs.T?.value !== dataType.float32) return [node];
    const added: GraphNode[] = [];
    const inputs = node.inputs.map((ref, index) => {
      if (!numberInputs[wanted].includes(index)) return ref;
      const known = casts.get(ref);
      if (known !== undefined) return known;
      const cast = castInput(ref, constants.get(ref));
      added.push(cast);
      casts.set(ref, cast.name);
      return cast.name;
    });
    const inner = { ...node, name: `${node.name}/bf16`, inputs, attrs: { ...node.attrs, T: bf16 } };
    const outer = { name: node.name, op: 'Cast', inputs: [inner.name], attrs: { SrcT: bf16, DstT: float } };
    return [...added, inner, outer];
  });
}

/** A constant is cast here: half the bytes to load, and nothing left to fold. */
function castInput(ref: string, constant: ConstantTensor | undefined): GraphNode {
  const name = `${ref.replace(':', '/')}/to-bf16`;
  if (!constant) return { name, op: 'Cast', inputs: [ref], attrs: { SrcT: float, DstT: bf16 } };
  const value = { dtype: dataType.bfloat16, shape: constant.shape, bytes: roundToBf16(constant.bytes) };
  return { name, op: 'Const', inputs: [], attrs: { dtype: bf16, value: attr.tensor(value) } };
}

/** Float32 bytes to bfloat16 bytes, to nearest and ties to even, as TensorFlow's Cast rounds. */
export function roundToBf16(bytes: Uint8Array): Uint8Array {
  const from = new Uint32Array(bytes.slice().buffer);
  const to = new Uint16Array(from.length);
  from.forEach((bits, index) => {
    const notANumber = (bits & 0x7fffffff) > 0x7f800000;
    to[index] = notANumber ? (bits >>> 16) | 0x40 : (bits + 0x7fff + ((bits >>> 16) & 1)) >>> 16;
  });
  return new Uint8Array(to.buffer);
}
