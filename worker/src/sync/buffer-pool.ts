import type { SumMemory } from './tree-sum.js';

export interface BufferPool {
  /** Bytes in shared memory, with whatever they held before. */
  take(size: number): Uint8Array;
  /** Takes back what it gave, once however often it is asked; anything else is left alone. */
  give(bytes: { readonly buffer: ArrayBufferLike }): void;
}

/** Memory of equal sizes that is needed again and again: fresh pages cost more than the copy into them. */
export function createBufferPool(): BufferPool {
  const free = new Map<number, Set<Uint8Array>>();
  const given = new WeakMap<ArrayBufferLike, Uint8Array>();
  return {
    take(size) {
      for (const bytes of free.get(size) ?? []) {
        free.get(size)!.delete(bytes);
        return bytes;
      }
      const bytes = new Uint8Array(new SharedArrayBuffer(size));
      given.set(bytes.buffer, bytes);
      return bytes;
    },
    give({ buffer }) {
      const bytes = given.get(buffer);
      if (!bytes) return;
      const same = free.get(bytes.byteLength) ?? new Set();
      free.set(bytes.byteLength, same.add(bytes));
    },
  };
}

/** Sums in a pool's memory. */
export function sumsIn(pool: BufferPool): SumMemory {
  return {
    copy(sum) {
      const copy = new Float32Array(pool.take(sum.byteLength).buffer);
      copy.set(sum);
      return copy;
    },
    free: (sum) => pool.give(sum),
  };
}
