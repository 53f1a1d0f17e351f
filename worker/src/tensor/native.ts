import type { TypedArray } from './program.js';
import { tf } from './tf.js';

/** TensorFlow's numbers for element types (DataType in its protobufs). */
export const dataType = { float32: 1, int32: 3, int64: 9, bool: 10, bfloat16: 14 } as const;

export interface NativeTensor {
  id: number;
  shape: number[];
  dtype: number;
}

export interface NativeAttr {
  name: string;
  type: number;
  value: unknown;
}

/** The native side of tfjs-node: tensors are numbers, and every kernel ends in `executeOp`. */
export interface NativeBinding {
  createTensor(shape: readonly number[], dtype: number, values: unknown): number;
  deleteTensor(id: number): void;
  tensorDataSync(id: number): TypedArray;
  executeOp(op: string, attrs: NativeAttr[], inputs: number[], outputs: number): NativeTensor[];
  loadSavedModel(folder: string, tags: string): number;
  deleteSavedModel(model: number): void;
  runSavedModel(model: number, inputs: number[], inputNames: string, outputNames: string): NativeTensor[];
  getNumOfTensors(): number;
  readonly TF_ATTR_STRING: number;
  readonly TF_ATTR_INT: number;
  readonly TF_ATTR_FLOAT: number;
  readonly TF_ATTR_BOOL: number;
  readonly TF_ATTR_TYPE: number;
  readonly TF_ATTR_SHAPE: number;
}

export interface NativeBackend {
  binding: NativeBinding;
  /** A tensor's native number; `values` holds what waits in JavaScript until the tensor is first used. */
  readonly tensorMap: { get(dataId: object): { id: number; values: unknown } };
  read(dataId: object): Promise<TypedArray>;
  getInputTensorIds(tensors: tf.Tensor[]): number[];
}

export const nativeBackend = (): NativeBackend => tf.backend() as unknown as NativeBackend;

/** The native number of a tensor; its values are handed to TensorFlow now if they still wait in JavaScript. */
export const nativeId = (tensor: tf.Tensor): number => nativeBackend().getInputTensorIds([tensor])[0]!;
