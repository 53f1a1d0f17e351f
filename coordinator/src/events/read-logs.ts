import { setTimeout as pause } from 'node:timers/promises';
import type { ObjectStore } from '@auseq/infra/store/object-store';
import type { LogLine } from '@auseq/proto/gen/auseq/v1/auseq';

const pollMs = 500;

export interface LogQuery {
  readonly run: string;
  readonly follow: boolean;
  /** Empty: of every worker. */
  readonly worker: string;
}

/** Log lines from the stored NDJSON parts, part by part; with `follow` also those that appear until the run has ended. */
export async function* readLogs(
  store: ObjectStore,
  { run, follow, worker }: LogQuery,
  hasEnded: () => boolean,
  signal: AbortSignal,
): AsyncGenerator<LogLine> {
  const seen = new Set<string>();
  for (;;) {
    const ended = hasEnded();
    for (const key of await newParts(store, run, worker, seen, signal)) {
      seen.add(key);
      const text = Buffer.from(await store.get(key, signal)).toString('utf8');
      for (const json of text.split('\n')) if (json !== '') yield { json };
    }
    if (!follow || ended) return;
    await pause(pollMs, undefined, { signal });
  }
}

async function newParts(store: ObjectStore, run: string, worker: string, seen: Set<string>, signal: AbortSignal) {
  const keys: string[] = [];
  for await (const { key } of store.list(`runs/${run}/logs/${worker}`, signal)) {
    const ofWorker = worker === '' || new RegExp(`/${worker}-\\d+\\.ndjson$`).test(key);
    if (key.endsWith('.ndjson') && ofWorker && !seen.has(key)) keys.push(key);
  }
  return keys;
}
