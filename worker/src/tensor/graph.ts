export type Attr =
  | { kind: 'type' | 'int' | 'float'; value: number }
  | { kind: 'ints' | 'floats' | 'shape'; value: readonly number[] }
  | { kind: 'bool'; value: boolean }
  | { kind: 'bools'; value: readonly boolean[] }
  | { kind: 'string'; value: string }
  | { kind: 'tensor'; value: ConstantTensor };

export interface ConstantTensor {
  readonly dtype: number;
  readonly shape: readonly number[];
  readonly bytes: Uint8Array;
}

export type Attrs = Readonly<Record<string, Attr>>;

/** One TensorFlow operation. An input is the name of a node, or `name:1` for its second output. */
export interface GraphNode {
  readonly name: string;
  readonly op: string;
  readonly inputs: readonly string[];
  readonly attrs: Attrs;
  /** Nodes that must have run before this one. */
  readonly after?: readonly string[];
}

export const producerOf = (ref: string): string => ref.split(':', 1)[0]!;

export const attr = {
  type: (value: number): Attr => ({ kind: 'type', value }),
  int: (value: number): Attr => ({ kind: 'int', value }),
  ints: (value: readonly number[]): Attr => ({ kind: 'ints', value }),
  bool: (value: boolean): Attr => ({ kind: 'bool', value }),
  string: (value: string): Attr => ({ kind: 'string', value }),
  shape: (value: readonly number[]): Attr => ({ kind: 'shape', value }),
  tensor: (value: ConstantTensor): Attr => ({ kind: 'tensor', value }),
};

/** Small constants (scalars, axes, shapes) come by the thousand and are nearly all alike. */
const sharedBytes = 64;

/** A growing graph: nodes in the order they were added, so every node stands after what it reads. */
export class Graph {
  readonly nodes: GraphNode[] = [];
  private readonly shared = new Map<string, string>();

  /** Returns the node's name, which is also the reference of its first output. */
  add(op: string, inputs: readonly string[], attrs: Attrs, after?: readonly string[]): string {
    const name = `${op}/${this.nodes.length}`;
    this.nodes.push({ name, op, inputs, attrs, ...(after && { after }) });
    return name;
  }

  constant(value: ConstantTensor): string {
    const attrs = { dtype: attr.type(value.dtype), value: attr.tensor(value) };
    if (value.bytes.length > sharedBytes) return this.add('Const', [], attrs);
    const key = `${value.dtype}/${value.shape.join(',')}/${Buffer.from(value.bytes).toString('latin1')}`;
    const name = this.shared.get(key) ?? this.add('Const', [], attrs);
    this.shared.set(key, name);
    return name;
  }

  placeholder(dtype: number, shape: readonly number[]): string {
    return this.add('Placeholder', [], { dtype: attr.type(dtype), shape: attr.shape(shape) });
  }

  /** A scalar that can be fetched only after the given nodes have run. */
  whenDone(after: readonly string[]): string {
    const zero = this.constant({ dtype: 1, shape: [], bytes: new Uint8Array(4) });
    return this.add('Identity', [zero], { T: attr.type(1) }, after);
  }
}

/** The nodes that the given names need, in their order. */
export function liveNodes(nodes: readonly GraphNode[], wanted: Iterable<string>): GraphNode[] {
  const live = new Set(wanted);
  const kept: GraphNode[] = [];
  for (const node of [...nodes].reverse()) {
    if (!live.has(node.name)) continue;
    for (const ref of node.inputs) live.add(producerOf(ref));
    for (const name of node.after ?? []) live.add(name);
    kept.push(node);
  }
  return kept.reverse();
}
