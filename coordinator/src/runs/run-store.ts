import { AuseqError } from '@auseq/proto/errors';
import { runBucket } from '@auseq/proto/subjects';
import { JSONCodec, type KV, type NatsConnection, NatsError } from 'nats';
import type { RunRecord } from './run-record.js';

const codec = JSONCodec<RunRecord>();
const attemptMs = 5_000;
const wrongLastSequence = 10071;

type Marks = 'damaged' | 'proof' | 'otherBits' | 'ledgerAfter';

export interface StoredRun {
  readonly record: RunRecord;
  readonly revision: number;
}

/** Run records in a JetStream key-value bucket; every write compares the revision, so two coordinators cannot both write. */
export class RunStore {
  private constructor(private readonly bucket: KV) {}

  static async open(connection: NatsConnection): Promise<RunStore> {
    return new RunStore(await connection.jetstream({ timeout: attemptMs }).views.kv(runBucket, { history: 5 }));
  }

  async all(): Promise<StoredRun[]> {
    const names: string[] = [];
    for await (const key of await this.bucket.keys()) names.push(key);
    const stored: StoredRun[] = [];
    for (const name of names) {
      const entry = await this.bucket.get(name);
      if (entry && entry.operation === 'PUT')
        stored.push({ record: withMarks(codec.decode(entry.value)), revision: entry.revision });
    }
    return stored;
  }

  /** Writes over `revision` (0: a new run) and returns the new one. Throws AU_RUN_STATE when somebody else wrote since. */
  async write(record: RunRecord, revision: number): Promise<number> {
    const bytes = codec.encode(record);
    try {
      return revision === 0
        ? await this.bucket.create(record.name, bytes)
        : await this.bucket.update(record.name, bytes, revision);
    } catch (error) {
      if (error instanceof NatsError && error.api_error?.err_code === wrongLastSequence) {
        const now = await this.bucket.get(record.name);
        // An earlier attempt was stored and only its answer was lost.
        if (now && JSON.stringify(codec.decode(now.value)) === JSON.stringify(record)) return now.revision;
        throw changedElsewhere(record.name, error);
      }
      throw new AuseqError('AU_NATS_UNREACHABLE', {
        what: `run ${record.name} could not be stored`,
        why: String(error),
        try: 'auseq status shows whether nats-server runs',
        cause: error,
      });
    }
  }
}

/** A record that an older coordinator wrote has no marks of damage, no proof, and lost no history. */
function withMarks(record: Omit<RunRecord, Marks> & Partial<RunRecord>): RunRecord {
  const { damaged = [], proof = null, otherBits = [], ledgerAfter = null } = record;
  return { ...record, damaged, proof, otherBits, ledgerAfter };
}

function changedElsewhere(run: string, cause: unknown): AuseqError {
  return new AuseqError('AU_RUN_STATE', {
    what: `run ${run} was changed by somebody else`,
    why: 'its record has another revision: another coordinator leads',
    try: 'auseq status shows who leads',
    cause,
  });
}
