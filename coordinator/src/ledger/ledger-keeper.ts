import { setTimeout as pause } from 'node:timers/promises';
import type { createLogger } from '@auseq/infra/logging/logger';
import { AuseqError } from '@auseq/proto/errors';
import { eventSubject } from '@auseq/proto/subjects';
import { JSONCodec, type NatsConnection } from 'nats';
import { hasEnded, type RunState } from '../runs/run-states.js';
import { type KeepParts, type Kept, keepLedger } from './keep-ledger.js';

export interface LedgerKeeperParts extends KeepParts {
  readonly connection: NatsConnection;
  /** Names of all runs. */
  readonly runs: () => readonly string[];
  readonly logger: ReturnType<typeof createLogger>;
  /** Until the second attempt while the store or JetStream is away; the wait doubles up to a minute. */
  readonly firstRetryMs?: number;
}

const codec = JSONCodec<{ readonly state?: RunState }>();
const longestRetryMs = 60_000;

/**
 * Keeps the ledger of every run in the store: at each checkpoint, at the end of a run, and at the start for what a
 * coordinator before this one left. One run after the other and beside all decisions: a store that is away delays only this.
 */
export function startLedgerKeeper({ connection, runs, logger, firstRetryMs = 5_000, ...parts }: LedgerKeeperParts): {
  close(): Promise<void>;
} {
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
      if (state && hasEnded(state)) note(runOf(subject));
    },
  });
  const watch = async () => {
    for await (const { type } of connection.status()) if (type === 'reconnect') noteAll(); // what was told meanwhile was missed
  };

  const keepOne = async (run: string) => {
    try {
      const kept = await keepLedger(parts, run, known.get(run) ?? null, end.signal);
      if (kept) known.set(run, kept);
      waitMs = firstRetryMs;
    } catch (error) {
      known.delete(run);
      if (end.signal.aborted) return;
      logger.warn({ run, err: error }, 'the ledger is not in the store yet');
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
    if (!end.signal.aborted) logger.error({ err: error }, 'the ledger is not kept any more');
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
