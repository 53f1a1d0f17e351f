import { createHash } from 'node:crypto';
import type { RunConfig } from '@auseq/configs/schema';
import type { SerialisedError } from '@auseq/proto/errors';
import type { Run } from '@auseq/proto/gen/auseq/v1/auseq';
import type { LedgerPlace } from '@auseq/proto/run-records';
import type { SyncMode } from './choose-sync.js';
import type { RunProof } from './decide-proof.js';
import { checkTransition, type RunState } from './run-states.js';

/** Everything a coordinator must know about a run to take it over: one value in the key-value bucket. */
export interface RunRecord {
  readonly name: string;
  readonly state: RunState;
  /** The sentence that explains the state. */
  readonly reason: string;
  /** Last step known to be committed. */
  readonly step: number;
  readonly maxSteps: number;
  readonly generation: number;
  /** Workers of the generation, in rank order; empty while none is placed. */
  readonly members: readonly string[];
  /** Workers whose step process prepares to become a member. */
  readonly joining: readonly string[];
  /** The generation in which each of them, and each member, was given its step process: reports of older ones are void. */
  readonly assigned: Readonly<Record<string, number>>;
  /** How many workers the last generation had: one that starts anew waits for as many for a while. */
  readonly lastMembers: number;
  readonly sync: SyncMode;
  readonly syncReason: string;
  readonly config: RunConfig;
  readonly configHash: string;
  readonly createdAt: string;
  readonly updatedAt: string;
  /** Place in the queue: the time of submit or resume. */
  readonly queuedAt: string;
  readonly error: SerialisedError | null;
  readonly latestCheckpoint: string;
  readonly stateDigest: string;
  /** Starts anew since the last checkpoint, and when the next one may begin (milliseconds since 1970). */
  readonly restarts: number;
  readonly notBefore: number;
  /** Set by resume: the step to go back to; null: the newest whole checkpoint. */
  readonly fromStep: number | null;
  /** Keys of checkpoints that a member found damaged: no generation starts from them. A resume, or storing one anew, clears the mark. */
  readonly damaged: readonly string[];
  /** What the first member's programs made of the fixed sample; null: none has told yet. */
  readonly proof: RunProof | null;
  /** Workers whose programs made something else of it: refused where the run is exact, else named. A resume clears it. */
  readonly otherBits: readonly string[];
  /** Where the ledger in the store ended when JetStream's data was lost, for the first generation after; null: nothing was. */
  readonly ledgerAfter: LedgerPlace | null;
}

export function configHash(config: RunConfig): string {
  return createHash('sha256').update(JSON.stringify(config)).digest('hex');
}

/** The only way a record changes: checks the state table and stamps the time. Throws AU_RUN_STATE. */
export function changeRun(record: RunRecord, change: Partial<RunRecord>, now: number): RunRecord {
  if (change.state) checkTransition(record.name, record.state, change.state);
  return { ...record, ...change, updatedAt: new Date(now).toISOString() };
}

export function viewRun(
  record: RunRecord,
  { sequencesPerSecond, stragglers }: { sequencesPerSecond: number; stragglers: readonly string[] },
): Run {
  const { members, error, config, ...rest } = record;
  return {
    name: rest.name,
    state: rest.state,
    reason: rest.reason,
    step: rest.step,
    maxSteps: rest.maxSteps,
    workers: [...members],
    generation: rest.generation,
    sync: rest.sync,
    syncReason: rest.syncReason,
    createdAt: rest.createdAt,
    updatedAt: rest.updatedAt,
    configHash: rest.configHash,
    errorJson: error ? JSON.stringify(error) : '',
    latestCheckpoint: rest.latestCheckpoint,
    stateDigest: rest.stateDigest,
    sequencesPerSecond,
    stragglers: [...stragglers],
    configJson: JSON.stringify(config),
  };
}
