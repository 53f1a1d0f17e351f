/** A Python value to be pickled: what JavaScript tells apart stands for itself, the rest carries a tag. */
export type PythonValue =
  | null
  | boolean
  | number // an int
  | string
  | PythonFloat
  | PythonTuple
  | OrderedDict
  | TorchTensor
  | readonly PythonValue[] // a list
  | ReadonlyMap<string | number, PythonValue>; // a dict

export interface PythonFloat {
  readonly float: number;
}

export interface PythonTuple {
  readonly tuple: readonly PythonValue[];
}

export interface OrderedDict {
  readonly ordered: ReadonlyMap<string, PythonValue>;
}

/** Row-major; float32 or int64. */
export interface TorchTensor {
  readonly tensor: { readonly shape: readonly number[]; readonly data: Float32Array | BigInt64Array };
}
