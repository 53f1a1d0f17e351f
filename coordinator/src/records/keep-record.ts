import type { ObjectStore } from '@auseq/infra/store/object-store';
import type { RunRecord } from '../runs/run-record.js';
import { encodeRecord, lastingPart, nextRecordKey, recordsFolder, runOfRecordKey } from './stored-record.js';

/** Brings the lasting part of a record into the store, where it is not what was stored last. Throws what the store throws. */
export async function keepRecord(store: ObjectStore, record: RunRecord, signal?: AbortSignal): Promise<void> {
  const bytes = encodeRecord(lastingPart(record));
  const newest = (await newestRecordKeys(store, record.name, signal)).get(record.name) ?? null;
  if (newest !== null && Buffer.from(await store.get(newest, signal)).equals(bytes)) return;
  await store.put(nextRecordKey(record.name, newest, bytes), bytes, signal);
}

/** The newest key of each run that the store knows, or of the one named. */
export async function newestRecordKeys(
  store: ObjectStore,
  run?: string,
  signal?: AbortSignal,
): Promise<ReadonlyMap<string, string>> {
  const newest = new Map<string, string>();
  for await (const { key } of store.list(run === undefined ? recordsFolder : `${recordsFolder}${run}/`, signal)) {
    const name = runOfRecordKey(key);
    if (name !== null && key > (newest.get(name) ?? '')) newest.set(name, key);
  }
  return newest;
}
