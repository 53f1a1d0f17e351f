import { setTimeout as pause } from 'node:timers/promises';
import type { createLogger } from '@auseq/infra/logging/logger';
import { AuseqError } from '@auseq/proto/errors';
import { eventSubject } from '@auseq/proto/subjects';
import { JSONCodec, type NatsConnection } from 'nats';
import { type KeepParts, type Kept, keepLedger } from './ledger/keep-ledger.js';
import { keepRecord } from './records/keep-record.js';
import type { RunRecord } from './runs/run-record.js';
import { hasEnded, type RunState } from './runs/run-states.js';

export interface StoreKeeperParts extends KeepParts {
  readonly connection: NatsConnection;
  /** Names of all runs. */
  readonly runs: () => readonly string[];
  readonly record: (run: string) => RunRecord | undefined;
  readonly logger: ReturnType<typeof createLogger>;
  /** Until the second attempt while the store or JetStream is away; the wait doubles up to a minute. */
  readonly firstRetryMs?: number;
}

const codec = JSONCodec<{ readonly state?: RunState }>();
const longestRetryMs = 60_000;
const storeDeadlineMs = 30_000;

/**
 * Keeps in the store what must outlive JetStream's data: the ledger of every run, at each checkpoint and at the end of a run, and
 * the lasting part of its record, when it begins to run and at its end; at the start what a coordinator before this one left. One
 * run after the other and beside all decisions: a store that is away delays only this.
 */
export function startStoreKeeper(options: StoreKeeperParts): { close(): Promise<void> } {
  const { connection, runs, record, logger, firstRetryMs = 5_000, ...parts } = options;
  const end = new AbortController();
  const known = new Map<string, Kept>();
  let waitMs = firstRetryMs;
  const due = new Set(runs());
  let wake = () => {};
  const note = (run: string) => {
    due.add(run);
    wake();
  };
  const noteAll = () => {
    for (const run of runs()) note(run);
  };
  const runOf = (subject: string) => subject.split('.')[1]!;
  connection.subscribe(eventSubject('*', 'checkpoint'), {
    callback: (error, { subject }) => {
      if (!error) note(runOf(subject));
    },
  });
  connection.subscribe(eventSubject('*', 'state'), {
    callback: (error, { subject, data }) => {
      if (error) return;
      const { state } = codec.decode(data);
      // Whoever runs has proved itself, and the proof is part of the record.
      if (state && (state === 'running' || hasEnded(state))) note(runOf(subject));
    },
  });
  const watch = async () => {
    for await (const { type } of connection.status()) if (type === 'reconnect') noteAll(); // what was told meanwhile was missed
  };

  const keepOne = async (run: string) => {
    try {
      const kept = await keepLedger(parts, run, known.get(run) ?? null, end.signal);
      if (kept) known.set(run, kept);
      const present = record(run);
      const limited = AbortSignal.any([end.signal, AbortSignal.timeout(storeDeadlineMs)]);
      if (present) await keepRecord(parts.store, present, limited);
      waitMs = firstRetryMs;
    } catch (error) {
      known.delete(run);
      if (end.signal.aborted) return;
      logger.warn({ run, err: error }, 'ledger and record are not in the store yet');
      // A record that cannot be read will not be better in a moment.
      if (AuseqError.from(error).code === 'AU_LEDGER_BROKEN') return;
      due.add(run);
      await pause(waitMs, undefined, { signal: end.signal });
      waitMs = Math.min(2 * waitMs, longestRetryMs);
    }
  };
  const work = async () => {
    for (;;) {
      const [run] = due;
      if (run === undefined) {
        await new Promise<void>((resolve) => {
          wake = resolve;
        });
      } else {
        due.delete(run);
        await keepOne(run);
      }
      if (end.signal.aborted) return;
    }
  };
  const working = work().catch((error: unknown) => {
    if (!end.signal.aborted) logger.error({ err: error }, 'ledgers and records are not kept any more');
  });
  watch().catch((error: unknown) => logger.warn({ err: error }, 'the state of the connection is unknown'));
  return {
    async close() {
      end.abort();
      wake();
      await working;
    },
  };
}
