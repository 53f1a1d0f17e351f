import type { RunHistory, StoredRecord } from '@auseq/infra/history/run-history';
import type { ObjectStore } from '@auseq/infra/store/object-store';
import type { LedgerLine } from '@auseq/proto/gen/auseq/v1/auseq';
import type { LedgerPlace } from '@auseq/proto/run-records';
import { ledgerLines } from './ledger-lines.js';
import { type LostLedger, storedLedger } from './stored-ledger.js';

/**
 * The ledger of a run as it stands now: from the commits in JetStream, or, where these are lost, from the store; where they were
 * lost once and the run went on, from both. Throws AU_NATS_UNREACHABLE, AU_STORE_UNREACHABLE, AU_LEDGER_BROKEN.
 */
export async function* streamLedger(
  history: RunHistory,
  store: ObjectStore,
  run: string,
  signal: AbortSignal,
): AsyncGenerator<LedgerLine> {
  const last = await history.last(run);
  if (!last) return yield* storedLedger(store, run, signal);
  const read = () => history.read(run, 0, last.sequence, signal);
  const lost = await lostBefore(read());
  if (lost) yield* storedLedger(store, run, signal, lost);
  yield* ledgerLines(read);
}

/** Where the ledger ended when JetStream's data was lost, which the first record says, and what was kept of it since; null: nothing was lost. */
async function lostBefore(records: AsyncIterable<StoredRecord>): Promise<LostLedger | null> {
  let upTo: LedgerPlace | null = null;
  let keepsTo = Number.POSITIVE_INFINITY;
  for await (const { record } of records) {
    if (record.type === 'generation') upTo ??= record.after ?? null;
    if (upTo === null) return null;
    if (record.type === 'generation') keepsTo = Math.min(keepsTo, record.baseStep);
  }
  return upTo && { upTo, keepsTo };
}
