import type { ObjectStore } from '@auseq/infra/store/object-store';
import type { LedgerLine } from '@auseq/proto/gen/auseq/v1/auseq';
import type { LedgerPlace } from '@auseq/proto/run-records';
import { decodePiece, ledgerFolder, type Piece, parsePieceKey, pieceKey } from './pieces.js';

/** What the ledger was when JetStream's data was lost, and up to which step later memberships kept it. */
export interface LostLedger {
  readonly upTo: LedgerPlace;
  readonly keepsTo: number;
}

/** The pieces of a run in the order of their commits. Throws AU_STORE_UNREACHABLE. */
export async function listPieces(store: ObjectStore, run: string, signal: AbortSignal): Promise<Piece[]> {
  const pieces: Piece[] = [];
  for await (const { key } of store.list(ledgerFolder(run), signal)) {
    const piece = parsePieceKey(run, key);
    if (piece) pieces.push(piece);
  }
  return pieces.sort((a, b) => a.incarnation - b.incarnation || a.firstStep - b.firstStep);
}

/**
 * The ledger as far as it is kept in the store. A later incarnation begins where it rolled back to, so its first step
 * says what of the earlier ones does not count. `lost`: only what was there when JetStream's data was lost, of which later
 * memberships kept the steps up to `keepsTo`. Throws AU_STORE_UNREACHABLE, AU_LEDGER_BROKEN.
 */
export async function* storedLedger(
  store: ObjectStore,
  run: string,
  signal: AbortSignal,
  lost?: LostLedger,
): AsyncGenerator<LedgerLine> {
  const pieces = (await listPieces(store, run, signal)).filter((piece) => !lost || isUpTo(piece, lost.upTo));
  for (const piece of pieces) {
    const later = pieces.filter(({ incarnation }) => incarnation > piece.incarnation);
    const voidFrom = Math.min(
      ...later.map(({ firstStep }) => firstStep),
      (lost?.keepsTo ?? Number.POSITIVE_INFINITY) + 1,
    );
    const key = pieceKey(run, piece);
    for (const line of decodePiece(key, await store.get(key, signal)))
      yield { ...line, rolledBack: line.rolledBack || line.step >= voidFrom };
  }
}

function isUpTo({ incarnation, firstStep }: Piece, place: LedgerPlace): boolean {
  return incarnation < place.incarnation || (incarnation === place.incarnation && firstStep <= place.lastStep);
}
