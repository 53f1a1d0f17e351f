import type { GenerationRecord, HistoryRecord } from './run-records.js';

export interface MembershipWish {
  /** In rank order; the first that holds the state writes results. */
  readonly members: readonly string[];
  /** Of these, those that hold no state yet. */
  readonly joining: readonly string[];
  /** Digest of the commit whose state a worker that joins still holds, by name: where it is the last one it needs no copy (PROTOCOL 14). */
  readonly holds?: Readonly<Record<string, string>> | undefined;
  /** Of those that join, by name: what members that share their memory have in common. */
  readonly hosts?: Readonly<Record<string, string>> | undefined;
  readonly reason: string;
  readonly time: string;
  /** Milliseconds since it was decided. */
  readonly waitedMs?: number | undefined;
}

/**
 * The record of a membership that goes on where the last record of a run's history stands, or null where nobody would be
 * left who holds that state. A commit proves that every member holds it, because all voted; before one, who was unhealed
 * still is. Pure.
 */
export function nextGeneration(last: HistoryRecord, wish: MembershipWish): GenerationRecord | null {
  const { joining, reason, time, waitedMs = 0 } = wish;
  // Whoever wishes may not know that others have removed a member since: it comes back only as one that joins.
  const members = wish.members.filter((member) => last.members.includes(member) || joining.includes(member));
  const isCommit = last.type === 'commit';
  const baseDigest = isCommit ? last.digest : last.baseDigest;
  const copying = joining.filter((member) => baseDigest === null || wish.holds?.[member] !== baseDigest);
  const without = new Set([...copying, ...(isCommit ? [] : last.unhealed)]);
  const unhealed = members.filter((member) => without.has(member));
  if (unhealed.length === members.length) return null;
  const hosts = members.map((member) => {
    const rank = joining.includes(member) ? -1 : last.members.indexOf(member);
    return (rank < 0 ? wish.hosts?.[member] : last.hosts?.[rank]) ?? '';
  });
  return {
    ...{
      type: 'generation',
      run: last.run,
      generation: last.generation + 1,
      members,
      hosts,
      continues: true,
      unhealed,
    },
    baseStep: isCommit ? last.step : last.baseStep,
    baseDigest,
    baseDrain: isCommit ? last.drain : last.baseDrain,
    ...{ reason, time, waitedMs },
  };
}
