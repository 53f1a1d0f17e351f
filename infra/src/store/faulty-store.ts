import { readFileSync } from 'node:fs';
import { setTimeout as pause } from 'node:timers/promises';
import { AuseqError, type ErrorCode } from '@auseq/proto/errors';
import type { ObjectStore, StoredObject } from './object-store.js';

/** One call to a store, as a fault may look at it. */
export interface StoreCall {
  readonly verb: 'open' | 'put' | 'get' | 'list' | 'stat' | 'remove';
  readonly key: string;
  /** Bytes that are put, where known before (a stream counts 0). */
  readonly bytes: number;
}

/** What a call meets: first the delay, then the error. */
export interface StoreFault {
  readonly error?: 'unreachable' | 'refused' | 'quota';
  readonly delayMs?: number;
}

/** Null: the call goes to the store beneath. */
export type FaultSource = (call: StoreCall) => StoreFault | null;

/** A store that fails as it is told, around a real one. Every call asks `source` anew. */
export function faultyStore(store: ObjectStore, source: FaultSource): ObjectStore {
  const meet = (verb: StoreCall['verb'], key: string, bytes: number, signal?: AbortSignal) =>
    answerFault(source({ verb, key, bytes }), store.url, signal);
  return {
    url: store.url,
    async put(key, data, signal) {
      await meet('put', key, data instanceof Uint8Array ? data.byteLength : 0, signal);
      await store.put(key, data, signal);
    },
    async get(key, signal) {
      await meet('get', key, 0, signal);
      return store.get(key, signal);
    },
    async getStream(key, signal) {
      await meet('get', key, 0, signal);
      return store.getStream(key, signal);
    },
    async *list(prefix, signal): AsyncIterable<StoredObject> {
      await meet('list', prefix, 0, signal);
      yield* store.list(prefix, signal);
    },
    async stat(key, signal) {
      await meet('stat', key, 0, signal);
      return store.stat(key, signal);
    },
    async remove(key, signal) {
      await meet('remove', key, 0, signal);
      await store.remove(key, signal);
    },
  };
}

const codes: Record<NonNullable<StoreFault['error']>, ErrorCode> = {
  unreachable: 'AU_STORE_UNREACHABLE',
  refused: 'AU_STORE_REFUSED',
  quota: 'AU_STORE_FULL',
};

/** Waits and throws what a fault says; AU_STORE_UNREACHABLE, AU_STORE_REFUSED or AU_STORE_FULL. */
export async function answerFault(fault: StoreFault | null, url: string, signal?: AbortSignal): Promise<void> {
  if (fault?.delayMs) await pause(fault.delayMs, undefined, { signal });
  if (!fault?.error) return;
  throw new AuseqError(codes[fault.error], {
    what: `the store ${url} fails`,
    why: `a fault was asked for: ${fault.error}`,
    try: 'unset AUSEQ_STORE_FAULTS',
  });
}

/**
 * Faults from a JSON file, read anew at each call: {"error": "unreachable" | "refused" | "quota", "delayMs": N,
 * "quotaBytes": N}. `quota` fails puts only, once more than `quotaBytes` were put by this process. A file that is missing or empty means no fault; one that is no JSON throws AU_USAGE.
 */
export function faultsOfFile(file: string): FaultSource {
  let put = 0;
  return ({ verb, bytes }) => {
    const { error, delayMs, quotaBytes = 0 } = readFaults(file);
    if (error !== 'quota') return { ...(error ? { error } : {}), ...(delayMs ? { delayMs } : {}) };
    if (verb === 'put') put += bytes;
    return { ...(verb === 'put' && put > quotaBytes ? { error } : {}), ...(delayMs ? { delayMs } : {}) };
  };
}

function readFaults(file: string): StoreFault & { quotaBytes?: number } {
  let text: string;
  try {
    text = readFileSync(file, 'utf8').trim();
  } catch {
    return {};
  }
  try {
    return text === '' ? {} : JSON.parse(text);
  } catch (cause) {
    throw new AuseqError('AU_USAGE', {
      what: `${file} holds no faults of a store`,
      why: String(cause),
      try: '{"error": "unreachable"}, or unset AUSEQ_STORE_FAULTS',
      cause,
    });
  }
}
