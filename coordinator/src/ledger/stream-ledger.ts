import type { RunHistory } from '@auseq/infra/history/run-history';
import type { ObjectStore } from '@auseq/infra/store/object-store';
import type { LedgerLine } from '@auseq/proto/gen/auseq/v1/auseq';
import { ledgerLines } from './ledger-lines.js';
import { storedLedger } from './stored-ledger.js';

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
  let isFirst = true;
  let lost: { readonly incarnation: number; readonly lastStep: number } | null = null;
  let oldest = Number.POSITIVE_INFINITY;
  for await (const { record } of history.read(run, 0, last.sequence, signal)) {
    if (isFirst && record.type === 'generation' && record.after) lost = record.after;
    isFirst = false;
    if (lost === null) break;
    if (record.type === 'generation') oldest = Math.min(oldest, record.baseStep);
  }
  if (lost) yield* storedLedger(store, run, signal, { upTo: lost, keepsTo: oldest });
  yield* ledgerLines(() => history.read(run, 0, last.sequence, signal));
}
