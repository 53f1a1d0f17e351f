import type { RunHistory } from '@auseq/infra/history/run-history';
import type { ObjectStore } from '@auseq/infra/store/object-store';
import type { LedgerLine } from '@auseq/proto/gen/auseq/v1/auseq';
import type { HistoryRecord, LedgerPlace } from '@auseq/proto/run-records';
import { beginning, linesOf, placeAfter } from './ledger-lines.js';
import { decodePiece, encodePiece, type Piece, pieceKey } from './pieces.js';
import { listPieces } from './stored-ledger.js';

/** How far the ledger of a run is in the store. */
export interface Kept {
  readonly place: LedgerPlace;
  /** Sequence of the last record that needs no second look. */
  readonly sequence: number;
}

export interface KeepParts {
  readonly history: RunHistory;
  readonly store: ObjectStore;
}

/** A piece stays small enough to be read at once. */
const stepsOfPiece = 500;
const storeDeadlineMs = 30_000;

/**
 * Brings what was committed since `kept` (null: find out) into the store, in pieces that are written once, and returns
 * how far it is now; null where there was nothing to do and `kept` was null. Throws AU_NATS_UNREACHABLE, AU_STORE_UNREACHABLE, AU_STORE_FULL,
 * AU_LEDGER_BROKEN, or the signal's reason; then what was written stays and the rest is due.
 */
export async function keepLedger(
  { history, store }: KeepParts,
  run: string,
  kept: Kept | null,
  signal: AbortSignal,
): Promise<Kept | null> {
  const last = await history.last(run);
  if (!last || last.sequence === kept?.sequence) return kept;
  const limited = () => AbortSignal.any([signal, AbortSignal.timeout(storeDeadlineMs)]);
  const pieces = kept ? [] : await listPieces(store, run, limited());
  // A run that ended long ago is not read again at every start of a coordinator.
  if (await endsWith(store, run, pieces.at(-1), last.record, limited())) return null;

  let pending: LedgerLine[] = [];
  const flush = async () => {
    const [first, end] = [pending[0], pending.at(-1)];
    if (!first || !end) return;
    const key = pieceKey(run, { firstStep: first.step, lastStep: end.step, incarnation: first.incarnation });
    if (!(await store.stat(key, limited()))) await store.put(key, encodePiece(pending), limited());
    pending = [];
  };
  let place = kept?.place ?? beginning;
  for await (const { record } of history.read(run, kept?.sequence ?? 0, last.sequence, signal)) {
    const next = placeAfter(place, record);
    if (next.incarnation > place.incarnation) {
      pending = pending.map((line) => ({ ...line, rolledBack: line.step > next.lastStep }));
      await flush();
    }
    place = next;
    if (record.type !== 'commit' || pieces.some((piece) => holds(piece, place.incarnation, record.step))) continue;
    const full = record.step - (pending[0]?.step ?? record.step) >= stepsOfPiece;
    const gap = pending.length > 0 && record.step !== pending.at(-1)!.step + 1;
    if (full || gap) await flush();
    pending.push(...linesOf(record, place.incarnation, false));
  }
  await flush();
  return { place, sequence: last.sequence };
}

function holds({ firstStep, lastStep, incarnation }: Piece, wanted: number, step: number): boolean {
  return incarnation === wanted && step >= firstStep && step <= lastStep;
}

/** True where the newest piece ends with the step that the history ends with, of the same generation. */
async function endsWith(
  store: ObjectStore,
  run: string,
  piece: Piece | undefined,
  last: HistoryRecord,
  signal: AbortSignal,
): Promise<boolean> {
  if (last.type !== 'commit' || piece?.lastStep !== last.step) return false;
  const key = pieceKey(run, piece);
  const end = decodePiece(key, await store.get(key, signal)).at(-1);
  return end?.step === last.step && end.generation === last.generation;
}
