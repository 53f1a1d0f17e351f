import type { RunHistory } from '@auseq/infra/history/run-history';
import type { ObjectStore } from '@auseq/infra/store/object-store';
import type { LedgerLine } from '@auseq/proto/gen/auseq/v1/auseq';
import { ledgerLines } from './ledger-lines.js';
import { storedLedger } from './stored-ledger.js';

/**
 * The ledger of a run as it stands now: from the commits in JetStream, or, where these are lost, from the store.
 * Throws AU_NATS_UNREACHABLE, AU_STORE_UNREACHABLE, AU_LEDGER_BROKEN.
 */
export async function* streamLedger(
  history: RunHistory,
  store: ObjectStore,
  run: string,
  signal: AbortSignal,
): AsyncGenerator<LedgerLine> {
  const last = await history.last(run);
  if (last) yield* ledgerLines(() => history.read(run, 0, last.sequence, signal));
  else yield* storedLedger(store, run, signal);
}
