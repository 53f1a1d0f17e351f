import type { GenerationRecord, HistoryRecord } from '@auseq/proto/run-records';

/** One member's view of a generation. */
export interface Membership {
  readonly generation: number;
  readonly members: readonly string[];
  readonly rank: number;
  /** By rank: members with the same one share their memory. */
  readonly hosts: readonly string[];
  readonly baseStep: number;
  /** Everyone holds the state of `baseStep` already, or reads it from the base checkpoint. */
  readonly continues: boolean;
  /** Ranks that hold no state, and the one that gives it to them. */
  readonly unhealed: readonly number[];
  readonly source: number;
  /** All stop after `baseStep`. */
  readonly drains: boolean;
}

/** What a record of the history means for a worker. */
export type Entry =
  | { readonly kind: 'same' }
  | { readonly kind: 'removed'; readonly reason: string }
  | { readonly kind: 'entered'; readonly membership: Membership; readonly record: GenerationRecord };

export interface Standing {
  /** Null before the first one, and outside. */
  readonly current: Membership | null;
  /** Is or was no member: a coming generation may have it. */
  readonly joins: boolean;
  /** The generation that this very process was removed by. */
  readonly removedBy: number | null;
}

/** Whether a worker enters a generation, or learns that it is no member any more (PROTOCOL 10, 13, 14). Pure. */
export function decideEntry({ current, joins, removedBy }: Standing, record: HistoryRecord, worker: string): Entry {
  if (record.generation <= (current?.generation ?? removedBy ?? 0)) return { kind: 'same' };
  // All start anew, from a checkpoint and with new processes.
  const isAnew = record.type === 'generation' && !record.continues;
  if (removedBy !== null && isAnew) return { kind: 'removed', reason: record.reason };
  const rank = record.members.indexOf(worker);
  if (rank < 0) {
    if (!current && joins) return { kind: 'same' }; // not yet
    const reason = record.type === 'generation' ? record.reason : 'others have committed without it';
    return { kind: 'removed', reason };
  }
  if (record.type === 'commit') return { kind: 'same' }; // none without this worker's vote: of an earlier process
  // A member of this name that holds the state is an earlier process, perhaps not yet known to be lost.
  const isBack = removedBy !== null;
  if (!current && joins && !isBack && !record.unhealed.includes(worker)) return { kind: 'same' };
  const { generation, members, baseStep, continues, baseDrain: drains } = record;
  const unhealed = record.unhealed.map((each) => members.indexOf(each));
  const source = members.findIndex((_, each) => !unhealed.includes(each));
  const hosts = members.map((_, each) => record.hosts?.[each] || `rank ${each}`);
  const membership = { generation, members, rank, hosts, baseStep, continues, unhealed, source, drains };
  return { kind: 'entered', membership, record };
}
