import type { DrawRecord } from '@auseq/proto/draw-record';
import { AuseqError } from '@auseq/proto/errors';
import type { CommitRecord } from '@auseq/proto/run-records';

/** The draws of each leaf of a commit, checked, for they come from outside. Throws AU_LEDGER_BROKEN. */
export function drawsOf({ run, step, leaves }: CommitRecord): readonly (readonly DrawRecord[])[] {
  const isWhole = Array.isArray(leaves) && leaves.every((leaf) => Array.isArray(leaf) && leaf.every(isDrawRecord));
  if (isWhole) return leaves as readonly (readonly DrawRecord[])[];
  throw new AuseqError('AU_LEDGER_BROKEN', {
    what: `the record of step ${step} of run ${run} does not name its draws`,
    why: 'a worker of another release wrote it, or it was changed',
    try: `auseq runs show ${run}`,
    where: `${run}, step ${step}`,
  });
}

function isDrawRecord(value: unknown): value is DrawRecord {
  const { draw, contentHash } = (value ?? {}) as Partial<DrawRecord>;
  if (typeof contentHash !== 'string' || typeof draw !== 'object' || draw === null) return false;
  const { epoch, position, sequence, copy, centre } = draw as Partial<DrawRecord['draw']>;
  return typeof sequence === 'string' && [epoch, position, copy, centre].every(isCount);
}

function isCount(value: unknown): boolean {
  return Number.isSafeInteger(value) && (value as number) >= 0;
}
