import type { NumericData } from './nd-array.js';

/** Column-major values in row-major order. */
export function toRowMajor<T extends NumericData>(values: T, shape: readonly number[]): T {
  const ordered = values.slice() as T;
  if (shape.length < 2) return ordered;
  const strides: number[] = [];
  let stride = 1;
  for (const size of shape) {
    strides.push(stride);
    stride *= size;
  }
  const index = shape.map(() => 0);
  let from = 0;
  for (let to = 0; to < values.length; to++) {
    ordered[to] = values[from]!;
    for (let axis = shape.length - 1; axis >= 0; axis--) {
      index[axis]!++;
      from += strides[axis]!;
      if (index[axis]! < shape[axis]!) break;
      from -= strides[axis]! * shape[axis]!;
      index[axis] = 0;
    }
  }
  return ordered;
}
