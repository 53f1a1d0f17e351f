import type { NumericData } from './nd-array.js';
import { decodeNumbers } from './numeric-type.js';
import { isAllowedClass } from './pickle/allowed-class.js';
import { type StorageType, storageTypes, type TorchStorage } from './pickle/torch-classes.js';

/** A persistent id of torch: ('storage', class, key, device, number of elements). */
export interface StorageId {
  readonly type: StorageType;
  readonly key: string;
  readonly elements: number;
}

/** Reads a persistent id; throws a plain Error where it is none of torch's. */
export function parseStorageId(id: unknown): StorageId {
  const [word, storageClass, key, , elements] = Array.isArray(id) ? (id as unknown[]) : [];
  const type = isAllowedClass(storageClass) ? storageTypes[storageClass.name.replace(/^torch\./, '')] : undefined;
  const whole = typeof elements === 'number' && Number.isInteger(elements) && elements >= 0;
  if (word !== 'storage' || !type || typeof key !== 'string' || !whole)
    throw new Error('a storage is not named as torch does');
  return { type, key, elements };
}

export const bytesOfType = (type: StorageType): number => (type === 'bf16' ? 2 : type.bytes);

/** A storage over bytes that are there when the first value is asked for. */
export function storageOver({ type, elements }: StorageId, bytes: () => Uint8Array): TorchStorage {
  let values: NumericData | null = null;
  return {
    storage: {
      elements,
      values() {
        values ??= type === 'bf16' ? widenBf16(bytes()) : decodeNumbers(bytes(), type);
        return values;
      },
    },
  };
}

/** bfloat16 is the upper half of a float32. */
function widenBf16(bytes: Uint8Array): Float32Array {
  const wide = new Uint8Array(bytes.length * 2);
  for (let i = 0; i < bytes.length; i += 2) wide.set(bytes.subarray(i, i + 2), i * 2 + 2);
  return new Float32Array(wide.buffer);
}
