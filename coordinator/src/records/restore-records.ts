import type { createLogger } from '@auseq/infra/logging/logger';
import type { ObjectStore } from '@auseq/infra/store/object-store';
import { decodePiece, pieceKey } from '../ledger/pieces.js';
import { listPieces } from '../ledger/stored-ledger.js';
import { findCheckpoint } from '../results/checkpoints.js';
import type { RunRecord } from '../runs/run-record.js';
import { blankRun } from '../runs/submit-run.js';
import { newestRecordKeys } from './keep-record.js';
import { decodeRecord } from './stored-record.js';

/**
 * Records of the runs that the store knows and `isKnown` does not: JetStream's data was lost, and `resume` goes on from the
 * newest whole checkpoint (PROTOCOL 19). One that cannot be read is left out and said. Throws AU_STORE_UNREACHABLE.
 */
export async function restoreRecords(
  store: ObjectStore,
  isKnown: (run: string) => boolean,
  logger: Pick<ReturnType<typeof createLogger>, 'warn'>,
  signal: AbortSignal,
): Promise<RunRecord[]> {
  const restored: RunRecord[] = [];
  for (const [run, key] of await newestRecordKeys(store, undefined, signal)) {
    if (isKnown(run)) continue;
    try {
      restored.push(await restoreRecord(store, run, key, signal));
    } catch (error) {
      logger.warn({ run, err: error }, 'a run that only the store knows cannot be read');
    }
  }
  return restored;
}

async function restoreRecord(store: ObjectStore, run: string, key: string, signal: AbortSignal): Promise<RunRecord> {
  const { createdAt, ...lasting } = decodeRecord(key, await store.get(key, signal));
  const checkpoint = await findCheckpoint(store, run);
  const piece = (await listPieces(store, run, signal)).at(-1);
  const lastLine = piece && decodePiece(pieceKey(run, piece), await store.get(pieceKey(run, piece), signal)).at(-1);
  const from = checkpoint ? `the checkpoint of step ${checkpoint.step}` : 'the seed';
  return {
    ...blankRun(run, lasting.config, createdAt),
    ...lasting,
    state: 'stopped',
    reason: `only the store knows this run, its records are lost; auseq runs resume ${run} goes on from ${from}`,
    step: checkpoint?.step ?? 0,
    latestCheckpoint: checkpoint?.key ?? '',
    stateDigest: checkpoint?.sha256 ?? '',
    // Numbers go on, so that no line of the ledger seems to be older than those before it.
    generation: lastLine?.generation ?? 0,
    ledgerAfter: piece ? { incarnation: piece.incarnation, lastStep: piece.lastStep } : null,
  };
}
