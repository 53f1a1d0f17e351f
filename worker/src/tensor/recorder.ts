import { AuseqError } from '@auseq/proto/errors';
import { type Attr, type Attrs, attr, type Graph } from './graph.js';
import { dataType, type NativeAttr, type NativeBinding, type NativeTensor, nativeBackend } from './native.js';
import type { BindingWatcher } from './watch-binding.js';

/** Their output shapes depend on values, or their values on chance: one recording cannot stand for every run. */
const unrecordable = /^(Where|Unique|NonMaxSuppression|SparseFillEmptyRows|Multinomial|Random|TruncatedNormal)/;

/** Type attributes that tfjs leaves to the eager runtime, and the input that decides each: a graph must state them. */
const unstatedTypes: Readonly<Record<string, Readonly<Record<string, number>>>> = { ExpandDims: { T: 0, Tdim: 1 } };

const elementTypes = new Set<number>(Object.values(dataType));

/** Turns what tfjs does into nodes of a graph. Tensors it has not seen being made are constants of the graph. */
export class Recorder implements BindingWatcher {
  captured = 0;
  /** A refused read: kept here as well, because the code that read may swallow what is thrown at it. */
  refusedRead: AuseqError | undefined;
  private readonly seen = new Map<number, { ref: string; dtype: number }>();
  /** Those of the seen tensors whose values cannot change from run to run. */
  private readonly known = new Set<number>();
  private readonly binding: NativeBinding = nativeBackend().binding;

  constructor(private readonly graph: Graph) {}

  /** From now on the eager tensor `id` stands for `ref`. */
  standIn(id: number, ref: string, dtype: number): void {
    this.seen.set(id, { ref, dtype });
  }

  created(id: number, shape: readonly number[], dtype: number, values: unknown): void {
    if (!ArrayBuffer.isView(values) || !elementTypes.has(dtype)) throw refusedOp('a string or complex tensor');
    const bytes = new Uint8Array(values.buffer, values.byteOffset, values.byteLength).slice();
    this.standIn(id, this.graph.constant({ dtype, shape: [...shape], bytes }), dtype);
    this.known.add(id);
  }

  executing(op: string, _attrs: readonly NativeAttr[], inputs: readonly number[]): void {
    if (unrecordable.test(op)) throw refusedOp(op);
    for (const id of inputs) this.refOf(id);
  }

  executed(
    op: string,
    attrs: readonly NativeAttr[],
    inputs: readonly number[],
    outputs: readonly NativeTensor[],
  ): void {
    const odd = outputs.find(({ dtype }) => !elementTypes.has(dtype));
    if (odd) throw refusedOp(`${op}, which gives elements of type ${odd.dtype}`);
    const refs = inputs.map((id) => this.refOf(id));
    const name = this.graph.add(op, refs, { ...this.unstated(op, inputs), ...this.attrsOf(attrs) });
    outputs.forEach(({ id, dtype }, index) => {
      this.standIn(id, index === 0 ? name : `${name}:${index}`, dtype);
    });
  }

  reading(id: number): void {
    if (!this.seen.has(id) || this.known.has(id)) return;
    this.refusedRead ??= new AuseqError('AU_RECORDING_READ', {
      what: 'a tensor was read (dataSync, data, array, print) while a program was being recorded',
      why: 'values are unknown while recording: the tensor stands for what will be computed in every later run',
      try: 'compute with tensor operations, or return the tensor as an output and read it after the run',
    });
    throw this.refusedRead;
  }

  refOf(id: number): string {
    const seen = this.seen.get(id);
    if (seen) return seen.ref;
    const value = this.valueOf(id);
    const captured = this.graph.constant(value);
    this.standIn(id, captured, value.dtype);
    this.known.add(id);
    this.captured++;
    return captured;
  }

  /** The native side tells a tensor's shape only as the result of an operation. */
  private valueOf(id: number) {
    const copy = this.binding.executeOp('Identity', [], [id], 1)[0]!;
    try {
      if (!elementTypes.has(copy.dtype)) throw refusedOp(`a captured tensor with elements of type ${copy.dtype}`);
      const data = this.binding.tensorDataSync(copy.id);
      return {
        dtype: copy.dtype,
        shape: copy.shape,
        bytes: new Uint8Array(data.buffer, data.byteOffset, data.byteLength),
      };
    } finally {
      this.binding.deleteTensor(copy.id);
    }
  }

  private unstated(op: string, inputs: readonly number[]): Attrs {
    const types = Object.entries(unstatedTypes[op] ?? {});
    return Object.fromEntries(types.map(([name, index]) => [name, attr.type(this.seen.get(inputs[index]!)!.dtype)]));
  }

  private attrsOf(attrs: readonly NativeAttr[]): Attrs {
    return Object.fromEntries(attrs.map((native) => [native.name, this.attrOf(native)]));
  }

  private attrOf({ name, type, value }: NativeAttr): Attr {
    const list = Array.isArray(value);
    switch (type) {
      case this.binding.TF_ATTR_TYPE:
        return attr.type(value as number);
      case this.binding.TF_ATTR_INT:
        return list ? attr.ints(value) : attr.int(value as number);
      case this.binding.TF_ATTR_FLOAT:
        return list ? { kind: 'floats', value } : { kind: 'float', value: value as number };
      case this.binding.TF_ATTR_BOOL:
        return list ? { kind: 'bools', value } : attr.bool(value as boolean);
      case this.binding.TF_ATTR_STRING:
        return attr.string(value as string);
      case this.binding.TF_ATTR_SHAPE:
        return attr.shape(value as number[]);
      default:
        throw refusedOp(`attribute ${name} of kind ${type}`);
    }
  }
}

function refusedOp(what: string): AuseqError {
  return new AuseqError('AU_RECORDING_OP', {
    what: `${what} cannot be recorded`,
    why: 'a compiled program has fixed shapes and element types float32, int32 and bool, and repeats exactly what was recorded',
    try: 'compute it outside the program and pass the result as an input',
  });
}
