/** What a leader knows of one step's votes. */
export type Tally =
  | { readonly outcome: 'open'; readonly missing: readonly number[] }
  | { readonly outcome: 'agreed'; readonly digest: string }
  | { readonly outcome: 'split'; readonly majority: string | null };

/** Counts the votes of `members` members: agreed only when all are in and equal; a strict majority is named. Pure. */
export function tallyVotes(members: number, votes: ReadonlyMap<number, string>): Tally {
  const missing = Array.from({ length: members }, (_, rank) => rank).filter((rank) => !votes.has(rank));
  if (missing.length > 0) return { outcome: 'open', missing };
  const counts = new Map<string, number>();
  for (const digest of votes.values()) counts.set(digest, (counts.get(digest) ?? 0) + 1);
  const [first] = counts.keys();
  if (counts.size === 1) return { outcome: 'agreed', digest: first! };
  const majority = [...counts].find(([, count]) => count * 2 > members)?.[0] ?? null;
  return { outcome: 'split', majority };
}
