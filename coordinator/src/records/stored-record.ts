import { createHash } from 'node:crypto';
import { runConfig } from '@auseq/configs/schema';
import { AuseqError } from '@auseq/proto/errors';
import type { RunRecord } from '../runs/run-record.js';

/** What must outlive the loss of JetStream's data for a run to be resumed: all that was decided once. */
export type StoredRecord = Pick<
  RunRecord,
  'name' | 'createdAt' | 'maxSteps' | 'sync' | 'syncReason' | 'config' | 'proof'
>;

export const recordsFolder = 'records/';
const keyForm = /^records\/([a-z0-9][a-z0-9-]*)\/(\d{4,})-[0-9a-f]{8}\.json$/;

/** The lasting part of a record. Pure. */
export function lastingPart(record: RunRecord): StoredRecord {
  const { name, createdAt, maxSteps, sync, syncReason, config, proof } = record;
  return { name, createdAt, maxSteps, sync, syncReason, config, proof };
}

export function encodeRecord(record: StoredRecord): Uint8Array {
  return Buffer.from(`${JSON.stringify({ version: 1, ...record }, null, 2)}\n`);
}

/** The key under which these bytes follow `newest`: an object is written once (PROTOCOL 16), the last in order counts. Pure. */
export function nextRecordKey(run: string, newest: string | null, bytes: Uint8Array): string {
  const number = newest === null ? 0 : Number(keyForm.exec(newest)?.[2]) + 1;
  const sha256 = createHash('sha256').update(bytes).digest('hex');
  return `${recordsFolder}${run}/${String(number).padStart(4, '0')}-${sha256.slice(0, 8)}.json`;
}

/** The run of a key; null for what is no record. Pure. */
export function runOfRecordKey(key: string): string | null {
  return keyForm.exec(key)?.[1] ?? null;
}

/** Throws AU_RUN_RECORD where the bytes are no record, or one of a config that this release does not know. */
export function decodeRecord(key: string, bytes: Uint8Array): StoredRecord {
  try {
    const { version, config, ...rest } = JSON.parse(Buffer.from(bytes).toString('utf8')) as StoredRecord & {
      version: number;
    };
    if (version !== 1) throw new Error(`version ${version} is not known`);
    if (rest.name !== runOfRecordKey(key)) throw new Error(`it is of the run ${rest.name}`);
    return { ...rest, config: runConfig.parse(config) };
  } catch (cause) {
    throw new AuseqError('AU_RUN_RECORD', {
      what: `${key} holds no record of a run`,
      why: cause instanceof Error ? cause.message : String(cause),
      try: 'restore the object from a copy of the store, or submit the run anew with its config.yaml',
      where: key,
      cause,
    });
  }
}
