export type NumericData =
  | Float64Array
  | Float32Array
  | Int8Array
  | Uint8Array
  | Int16Array
  | Uint16Array
  | Int32Array
  | Uint32Array
  | BigInt64Array
  | BigUint64Array;

/** A numeric array, row-major; half precision is widened to float32, booleans are 0 and 1. */
export interface NdArray {
  readonly shape: readonly number[];
  readonly data: NumericData;
}

/** An array of arbitrary values (numpy's dtype object), row-major. */
export interface ObjectArray {
  readonly shape: readonly number[];
  readonly objects: readonly unknown[];
}

export function isNdArray(value: unknown): value is NdArray {
  return typeof value === 'object' && value !== null && 'shape' in value && 'data' in value && !('indptr' in value);
}

export function isObjectArray(value: unknown): value is ObjectArray {
  return typeof value === 'object' && value !== null && 'shape' in value && 'objects' in value;
}

/** Entries of a shape; null where it is no shape: a dimension that is negative or no integer, or a product beyond 2^53. */
export function countOf(shape: readonly unknown[]): number | null {
  let count = 1;
  for (const size of shape) {
    if (typeof size !== 'number' || !Number.isInteger(size) || size < 0) return null;
    count *= size;
  }
  return shape.length <= 32 && Number.isSafeInteger(count) ? count : null;
}
