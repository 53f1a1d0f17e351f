import type { SerialisedError } from '@auseq/proto/errors';
import type { CheckpointRef } from './decide-loss.js';
import type { RunRecord } from './run-record.js';

/** Key of the base checkpoint that a member found damaged, or null where the failure is another. Pure. */
export function damagedBase(record: RunRecord, error: SerialisedError): string | null {
  const { latestCheckpoint: base, state } = record;
  const isBase = base !== '' && error.where === base;
  return error.code === 'AU_CHECKPOINT_CORRUPT' && isBase && state === 'starting' ? base : null;
}

/**
 * What becomes of a run whose base checkpoint is damaged: all members begin again from `older`, the newest whole one before
 * it, or from the seed. Each damaged checkpoint is tried once, so this ends and counts as no restart. Pure.
 */
export function decideDamage(
  record: RunRecord,
  key: string,
  error: SerialisedError,
  older: CheckpointRef | null,
): Partial<RunRecord> {
  const from = older ? `the checkpoint of step ${older.step}` : 'the seed';
  return {
    ...{
      state: 'starting',
      members: [],
      joining: [],
      assigned: {},
      lastMembers: record.members.length || record.lastMembers,
    },
    ...{ latestCheckpoint: older?.key ?? '', stateDigest: older?.sha256 ?? '', step: older?.step ?? 0 },
    // Pinned: after `resume --from-step` a newer checkpoint may stand, which was not asked for.
    ...{ damaged: [...record.damaged, key], fromStep: older?.step ?? 0 },
    reason: `${error.what} (${error.why}); goes on from ${from}`.replace(/\s+/g, ' '),
  };
}
