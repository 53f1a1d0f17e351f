import type { ObjectStore } from '../store/object-store.js';

const digits = 6;

/** `runs/RUN/logs/worker-0-000003.ndjson` for prefix `runs/RUN/logs/worker-0`: key order is time order. */
export function partKey(keyPrefix: string, part: number): string {
  return `${keyPrefix}-${String(part).padStart(digits, '0')}.ndjson`;
}

/** The number of a key of this prefix; null for keys of others (`worker-1` is also the beginning of `worker-10-000000`). */
export function partNumber(keyPrefix: string, key: string): number | null {
  const match = key.startsWith(`${keyPrefix}-`) ? /^(\d{6,})\.ndjson$/.exec(key.slice(keyPrefix.length + 1)) : null;
  return match ? Number(match[1]) : null;
}

/** A worker that starts again continues after the parts of its earlier lives. */
export async function nextPartNumber(store: ObjectStore, keyPrefix: string, signal?: AbortSignal): Promise<number> {
  let next = 0;
  for await (const { key } of store.list(`${keyPrefix}-`, signal)) {
    const number = partNumber(keyPrefix, key);
    if (number !== null) next = Math.max(next, number + 1);
  }
  return next;
}
