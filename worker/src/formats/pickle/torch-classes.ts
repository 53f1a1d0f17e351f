import { countOf, type NdArray, type NumericData } from '../nd-array.js';
import type { NumericType } from '../numeric-type.js';

type Call = (args: readonly unknown[]) => unknown;

/** A torch storage: a flat array that tensors are views of. Its values may be read later than the pickle. */
export interface TorchStorage {
  readonly storage: { readonly elements: number; values(): NumericData };
}

/** The element type of a storage. */
export type StorageType = NumericType | 'bf16';

function isStorage(value: unknown): value is TorchStorage {
  return typeof value === 'object' && value !== null && 'storage' in value;
}

const integers = (value: unknown): number[] => {
  if (!Array.isArray(value) || countOf(value) === null) throw new Error('a tensor has no sizes');
  return value as number[];
};

/** (storage, offset, size, stride, ...): a tensor, whose values are looked up when they are asked for. */
const rebuildTensor: Call = ([source, offset, size, stride]) => {
  if (!isStorage(source)) throw new Error('a tensor has no storage');
  const { storage } = source;
  const shape = integers(size);
  const strides = integers(stride);
  const count = countOf(shape)!;
  const start = integers([offset])[0]!;
  if (strides.length !== shape.length) throw new Error('a tensor has other strides than sizes');
  const last = shape.reduce((end, length, axis) => end + (length - 1) * strides[axis]!, start);
  // Expanded tensors (stride 0) are views larger than their storage: no weight file needs one.
  if (count > storage.elements || (count > 0 && last >= storage.elements))
    throw new Error(`a tensor of [${shape.join(', ')}] does not fit its storage of ${storage.elements}`);
  const tensor: NdArray = {
    shape,
    get data() {
      return viewOf(storage.values(), start, shape, strides, count);
    },
  };
  return tensor;
};

function viewOf(
  values: NumericData,
  start: number,
  shape: readonly number[],
  strides: readonly number[],
  count: number,
): NumericData {
  let expected = 1;
  let contiguous = true;
  for (let axis = shape.length - 1; axis >= 0; axis--) {
    if (shape[axis]! > 1 && strides[axis] !== expected) contiguous = false;
    expected *= shape[axis]!;
  }
  if (contiguous) return values.subarray(start, start + count);
  const picked = values.slice(0, count);
  const index = shape.map(() => 0);
  let from = start;
  for (let to = 0; to < count; to++) {
    picked[to] = values[from]!;
    for (let axis = shape.length - 1; axis >= 0; axis--) {
      index[axis]!++;
      from += strides[axis]!;
      if (index[axis]! < shape[axis]!) break;
      from -= strides[axis]! * shape[axis]!;
      index[axis] = 0;
    }
  }
  return picked;
}

/** Storage classes are only named (in persistent ids), never called. */
const storageClass: Call = () => {
  throw new Error('a storage without its data');
};

const little = (kind: NumericType['kind'], bytes: number): NumericType => ({ kind, bytes, bigEndian: false });

/** Storage classes by torch's names. */
export const storageTypes: Readonly<Record<string, StorageType>> = {
  FloatStorage: little('f', 4),
  DoubleStorage: little('f', 8),
  HalfStorage: little('f', 2),
  BFloat16Storage: 'bf16',
  LongStorage: little('i', 8),
  IntStorage: little('i', 4),
  ShortStorage: little('i', 2),
  CharStorage: little('i', 1),
  ByteStorage: little('u', 1),
  BoolStorage: little('b', 1),
};

/** How a plain pickle holds a storage: as a file of its own in bytes, which whoever unpickles knows how to read. */
export const loadFromBytes = 'torch.storage._load_from_bytes';

/** Of torch. */
export const torchClasses: Readonly<Record<string, Call>> = {
  'torch._utils._rebuild_tensor': rebuildTensor,
  'torch._utils._rebuild_tensor_v2': rebuildTensor,
  'torch._utils._rebuild_parameter': ([tensor]) => tensor,
  [loadFromBytes]: () => {
    throw new Error('a torch file inside of this pickle is not expected');
  },
  'torch.Size': ([sizes]) => integers(sizes),
  ...Object.fromEntries(Object.keys(storageTypes).map((name) => [`torch.${name}`, storageClass])),
};
