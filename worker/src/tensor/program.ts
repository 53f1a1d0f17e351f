import type { tf } from './tf.js';

export type TypedArray = Float32Array | Int32Array | Uint8Array;

export interface TensorSpec {
  readonly shape: readonly number[];
  readonly dtype: 'float32' | 'int32' | 'bool';
}

/** What a program returns while it is recorded. Everything is computed from the state as it was before the run. */
export interface ProgramBody {
  outputs: Record<string, tf.Tensor>;
  /** One Adam update for each named state; the program then also takes the inputs that `adamInputs` makes. */
  adam?: { gradients: Record<string, tf.Tensor> };
  /** State -> its new value. */
  assign?: Record<string, tf.Tensor>;
}

export interface ProgramScope {
  readonly state: Record<string, tf.Tensor>;
  readonly constants: Record<string, tf.Tensor>;
}

export interface ProgramDef {
  readonly inputs: Readonly<Record<string, TensorSpec>>;
  /** Runs once, on stand-in values: whatever it does in JavaScript is decided then and for good. */
  build(inputs: Record<string, tf.Tensor>, scope: ProgramScope): ProgramBody;
}

export interface SessionDef {
  readonly name: string;
  readonly state?: Readonly<Record<string, { shape: readonly number[]; value: Float32Array }>>;
  /** States that Adam may update; each gets zeroed moments `m/NAME` and `v/NAME`, which are states too. */
  readonly trainable?: readonly string[];
  readonly constants?: Readonly<Record<string, { shape: readonly number[]; data: Float32Array | Int32Array }>>;
  readonly programs: Readonly<Record<string, ProgramDef>>;
  /** bf16: the operations of `bf16Ops` take bfloat16 inputs and give float32 again; everything else stays float32. */
  readonly precision?: 'fp32' | 'bf16';
  readonly bf16Ops?: readonly Bf16Op[];
}

export type Bf16Op = 'Conv2D' | 'Conv2DBackpropInput' | 'Conv2DBackpropFilter' | 'BatchMatMulV2';

export interface SessionReport {
  readonly nodes: number;
  readonly constantBytes: number;
  /** Tensors that a program took from outside its inputs and scope; their values are baked in. */
  readonly captured: number;
  readonly recordMs: number;
  readonly loadMs: number;
}
