import { AuseqError } from '@auseq/proto/errors';
import type { HistoryRecord } from '@auseq/proto/run-records';
import { commitSubject, eventSubject, runStream } from '@auseq/proto/subjects';
import {
  ErrorCode,
  type JetStreamClient,
  type JetStreamManager,
  JSONCodec,
  type NatsConnection,
  NatsError,
} from 'nats';

const json = JSONCodec<HistoryRecord>();
const anyJson = JSONCodec<unknown>();

/** JetStream's answer to a write whose expected sequence is not the last one. */
const wrongLastSequence = 10071;
const attemptMs = 2_000;
const noSuchMessage = 10037;

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

  /** Stores an event; the stream's sequence is its number. */
  async publishEvent(run: string, kind: string, fields: Readonly<Record<string, unknown>>): Promise<void> {
    await coded(() => this.stream.publish(eventSubject(run, kind), anyJson.encode(fields), { timeout: attemptMs }));
  }
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
