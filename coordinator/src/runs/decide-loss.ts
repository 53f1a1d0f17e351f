import { AuseqError, type ErrorCode, type SerialisedError } from '@auseq/proto/errors';
import type { RunRecord } from './run-record.js';

/** Starts anew in a row without a new checkpoint; more means that something is wrong with the run itself. */
const mostRestarts = 20;
const firstDelayMs = 500;
export const longestDelayMs = 30_000;

/** Failures of the surroundings: the same steps may well succeed again. Everything else is the run's own and ends it. */
const passing: readonly ErrorCode[] = ['AU_WORKER_LOST', 'AU_NATS_UNREACHABLE', 'AU_STORE_UNREACHABLE', 'AU_DEADLINE'];

export function isPassing(error: SerialisedError): boolean {
  return passing.includes(AuseqError.fromJSON(error).code);
}

export interface CheckpointRef {
  readonly key: string;
  readonly step: number;
  readonly sha256: string;
}

/**
 * What becomes of a run whose generation cannot go on: it rolls back to the newest whole checkpoint and says which steps
 * are replayed (PROTOCOL 18), or fails when that happened too often or the failure is its own. Pure.
 */
export function decideLoss(
  record: RunRecord,
  error: SerialisedError,
  newest: CheckpointRef | null,
  now: number,
): Partial<RunRecord> {
  const stored = newest ? { latestCheckpoint: newest.key, stateDigest: newest.sha256 } : {};
  const gone = {
    ...stored,
    members: [],
    joining: [],
    assigned: {},
    lastMembers: record.members.length || record.lastMembers,
  };
  const why = `${error.what}: ${error.why}`.replace(/\s+/g, ' ');
  if (newest && newest.step >= record.maxSteps) {
    return { ...gone, state: 'completed', step: newest.step, reason: `its last checkpoint was stored when ${why}` };
  }
  if (record.state === 'stopping') {
    const reason = `${why}, while it was stopping; ${baseOf(newest)} stands`;
    return { ...gone, state: 'stopped', step: newest?.step ?? 0, reason };
  }
  if (!isPassing(error)) return { ...gone, state: 'failed', reason: why, error };
  const restarts = record.restarts + 1;
  if (restarts > mostRestarts) {
    const lost = new AuseqError('AU_WORKER_LOST', {
      what: `run ${record.name} lost its workers ${restarts} times without reaching a checkpoint`,
      why: `the last time: ${why}`,
      try: `auseq runs logs ${record.name}, then auseq runs resume ${record.name}`,
      where: record.name,
    });
    return { ...gone, state: 'failed', reason: lost.what, error: lost.toJSON() };
  }
  const delay = Math.min(longestDelayMs, firstDelayMs * 2 ** (restarts - 1));
  const reason = `${why}; goes on from ${baseOf(newest)}${replay(record.step, newest)}`;
  return { ...gone, state: 'starting', reason, restarts, notBefore: now + delay };
}

function baseOf(newest: CheckpointRef | null): string {
  return newest ? `the checkpoint of step ${newest.step}` : 'the seed';
}

function replay(committed: number, newest: CheckpointRef | null): string {
  const first = (newest?.step ?? 0) + 1;
  if (committed < first) return '; no step is lost';
  return committed === first ? `; step ${first} is replayed` : `; steps ${first} to ${committed} are replayed`;
}
