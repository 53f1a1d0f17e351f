import type { StoredRecord } from '@auseq/infra/history/run-history';
import type { LedgerLine } from '@auseq/proto/gen/auseq/v1/auseq';
import type { CommitRecord, HistoryRecord, LedgerPlace } from '@auseq/proto/run-records';
import { drawsOf } from './draws-of.js';

export const beginning: LedgerPlace = { incarnation: 0, lastStep: 0 };

/** A membership that begins before the last committed step opens a new incarnation; one that loses nothing does not. Pure. */
export function placeAfter(place: LedgerPlace, record: HistoryRecord): LedgerPlace {
  if (record.type === 'commit') return { ...place, lastStep: record.step };
  const before = record.after ?? place;
  if (record.baseStep >= before.lastStep) return before;
  return { incarnation: before.incarnation + 1, lastStep: record.baseStep };
}

/** The lines of a commit, one a draw, in leaf order. Throws AU_LEDGER_BROKEN for a record without draws. Pure. */
export function linesOf(record: CommitRecord, incarnation: number, rolledBack: boolean): LedgerLine[] {
  const { step, generation } = record;
  return drawsOf(record).flatMap((draws, leaf) =>
    draws.map(({ draw, contentHash }, index) => ({
      ...{ step, generation, incarnation, rolledBack, leaf, index, epoch: draw.epoch, position: draw.position },
      ...{ sequence: draw.sequence, copy: draw.copy, centre: draw.centre, contentHash },
    })),
  );
}

/**
 * The ledger of a history, which is read twice: whether a step was rolled back is written only after it.
 * Throws AU_LEDGER_BROKEN, and what `read` throws.
 */
export async function* ledgerLines(read: () => AsyncIterable<StoredRecord>): AsyncGenerator<LedgerLine> {
  const rollbacks: { sequence: number; toStep: number }[] = [];
  let place = beginning;
  for await (const { sequence, record } of read()) {
    const next = placeAfter(place, record);
    if (next.incarnation > place.incarnation) rollbacks.push({ sequence, toStep: next.lastStep });
    place = next;
  }
  place = beginning;
  for await (const { sequence, record } of read()) {
    place = placeAfter(place, record);
    if (record.type !== 'commit') continue;
    const rolledBack = rollbacks.some((each) => each.sequence > sequence && each.toStep < record.step);
    yield* linesOf(record, place.incarnation, rolledBack);
  }
}
