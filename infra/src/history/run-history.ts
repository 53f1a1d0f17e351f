import { AuseqError } from '@auseq/proto/errors';
import type { HistoryRecord } from '@auseq/proto/run-records';
import { commitSubject, eventSubject, runStream } from '@auseq/proto/subjects';
import {
  AckPolicy,
  type ConsumerConfig,
  DeliverPolicy,
  ErrorCode,
  type JetStreamClient,
  type JetStreamManager,
  JSONCodec,
  type NatsConnection,
  NatsError,
  nanos,
} from 'nats';

const json = JSONCodec<HistoryRecord>();
const anyJson = JSONCodec<unknown>();

/** JetStream's answer to a write whose expected sequence is not the last one. */
const wrongLastSequence = 10071;
const attemptMs = 2_000;
const noSuchMessage = 10037;
const batchMessages = 100;
/** A broker that gives nothing of what it has for this long is away. */
const silentMs = 5_000;
const idleMs = 30_000;

export interface StoredRecord {
  readonly sequence: number;
  readonly record: HistoryRecord;
}

/** A run's history in JetStream: commits and memberships in one line that grows only by compare-and-swap, events beside it. */
export class RunHistory {
  private constructor(
    private readonly stream: JetStreamClient,
    private readonly manager: JetStreamManager,
  ) {}

  /** Throws AU_NATS_UNREACHABLE where JetStream does not answer. */
  static async open(connection: NatsConnection): Promise<RunHistory> {
    const manager = await coded(() => connection.jetstreamManager({ timeout: attemptMs }));
    return new RunHistory(connection.jetstream({ timeout: attemptMs }), manager);
  }

  /** Makes the stream where it is missing; the coordinator does this once. */
  async ensureStream(): Promise<void> {
    const { name, subjects } = runStream;
    await coded(() => this.manager.streams.add({ name, subjects: [...subjects] }));
  }

  /** The last commit or membership of a run; null for a run without history. */
  async last(run: string): Promise<StoredRecord | null> {
    try {
      const message = await this.manager.streams.getMessage(runStream.name, { last_by_subj: commitSubject(run) });
      return { sequence: message.seq, record: json.decode(message.data) };
    } catch (error) {
      if (
        error instanceof NatsError &&
        (error.code === ErrorCode.JetStream404NoMessages || apiCode(error) === noSuchMessage)
      )
        return null;
      throw unreachable(error);
    }
  }

  /**
   * Appends a record directly after the one with sequence `expected` (0: the first) and returns its sequence.
   * Null when another record stands there: whoever wrote it leads now. Throws AU_NATS_UNREACHABLE.
   */
  async append(record: HistoryRecord, expected: number): Promise<number | null> {
    try {
      const ack = await this.stream.publish(commitSubject(record.run), json.encode(record), {
        expect: { lastSubjectSequence: expected },
        timeout: attemptMs,
      });
      return ack.seq;
    } catch (error) {
      if (apiCode(error) === wrongLastSequence) return null;
      throw unreachable(error);
    }
  }

  /**
   * The records of a run after the sequence `after` up to the one with sequence `upTo` (both as the stream counts; `upTo`
   * of `last`), in order and without gap, however slow the reader is. Throws AU_NATS_UNREACHABLE, or the signal's reason.
   */
  async *read(run: string, after: number, upTo: number, signal: AbortSignal): AsyncGenerator<StoredRecord> {
    for (let last = after; last < upTo; ) {
      signal.throwIfAborted();
      // Taken whole before the first is given: the client drops what a slow reader leaves lying when a fetch ends.
      const batch = await coded(() => this.readBatch(run, last, upTo));
      for (const stored of batch) {
        last = stored.sequence;
        if (last <= upTo) yield stored;
      }
    }
  }

  private async readBatch(run: string, after: number, upTo: number): Promise<StoredRecord[]> {
    const { name } = await this.manager.consumers.add(runStream.name, readingFrom(run, after + 1));
    try {
      const consumer = await this.stream.consumers.get(runStream.name, name);
      const batch: StoredRecord[] = [];
      for await (const { seq, data, info } of await consumer.fetch({
        max_messages: batchMessages,
        expires: silentMs,
      })) {
        batch.push({ sequence: seq, record: json.decode(data) });
        if (info.deliverySequence !== batch.length) throw new Error(`a record of run ${run} before ${seq} was lost`);
        if (seq >= upTo) break;
      }
      if (batch.length === 0) throw new Error(`nothing of run ${run} came within ${silentMs / 1000} s`);
      return batch;
    } finally {
      this.manager.consumers.delete(runStream.name, name).catch(() => {}); // the server removes it when nobody reads
    }
  }

  /** Stores an event; the stream's sequence is its number. */
  async publishEvent(run: string, kind: string, fields: Readonly<Record<string, unknown>>): Promise<void> {
    await coded(() => this.stream.publish(eventSubject(run, kind), anyJson.encode(fields), { timeout: attemptMs }));
  }
}

/** Kept by the server in memory, for a reader that takes nothing back. */
function readingFrom(run: string, sequence: number): Partial<ConsumerConfig> {
  return {
    ...{ filter_subject: commitSubject(run), deliver_policy: DeliverPolicy.StartSequence, opt_start_seq: sequence },
    ...{ ack_policy: AckPolicy.None, mem_storage: true, num_replicas: 1, inactive_threshold: nanos(idleMs) },
  };
}

function apiCode(error: unknown): number | undefined {
  return error instanceof NatsError ? error.api_error?.err_code : undefined;
}

async function coded<T>(call: () => Promise<T>): Promise<T> {
  try {
    return await call();
  } catch (error) {
    throw unreachable(error);
  }
}

function unreachable(cause: unknown): AuseqError {
  return new AuseqError('AU_NATS_UNREACHABLE', {
    what: 'JetStream did not answer',
    why: cause instanceof Error ? cause.message : String(cause),
    try: 'auseq status shows whether nats-server runs',
    cause,
  });
}
