import { aborted } from '@auseq/infra/runtime/aborted';
import type { ObjectStore } from '@auseq/infra/store/object-store';
import { AuseqError } from '@auseq/proto/errors';

const chunkBytes = 1 << 20;

/** A store whose calls fail with AU_DEADLINE when nothing moves for `stallMs`, even where the store does not heed its signal. */
export function impatient(store: ObjectStore, stallMs: number): Pick<ObjectStore, 'put' | 'get' | 'stat' | 'remove'> {
  const within = async <T>(what: string, work: (signal: AbortSignal, moved: () => void) => Promise<T>): Promise<T> => {
    const end = new AbortController();
    let timer: NodeJS.Timeout | undefined;
    const stalled = aborted(end.signal);
    stalled.catch(() => {});
    const moved = () => {
      clearTimeout(timer);
      timer = setTimeout(() => end.abort(stall(what, store.url, stallMs)), stallMs);
    };
    moved();
    try {
      const result = work(end.signal, moved);
      result.catch(() => {}); // heard through the race, or nobody waits any more
      return await Promise.race([result, stalled]);
    } finally {
      clearTimeout(timer);
    }
  };
  return {
    put: (key, data) => within(`writing ${key}`, (signal, moved) => store.put(key, watched(data, moved), signal)),
    get: (key) => within(`reading ${key}`, (signal) => store.get(key, signal)),
    stat: (key) => within(`looking at ${key}`, (signal) => store.stat(key, signal)),
    remove: (key) => within(`removing ${key}`, (signal) => store.remove(key, signal)),
  };
}

async function* watched(data: Uint8Array | AsyncIterable<Uint8Array>, moved: () => void): AsyncGenerator<Uint8Array> {
  for await (const chunk of data instanceof Uint8Array ? chunks(data) : data) {
    yield chunk;
    moved();
  }
}

function* chunks(data: Uint8Array): Generator<Uint8Array> {
  for (let at = 0; at < data.byteLength; at += chunkBytes) yield data.subarray(at, at + chunkBytes);
}

function stall(what: string, url: string, ms: number): AuseqError {
  return new AuseqError('AU_DEADLINE', {
    what: `${what} took too long`,
    why: `nothing moved for ${ms / 1000} s in the store ${url}`,
    try: 'auseq status shows whether the store runs',
  });
}
