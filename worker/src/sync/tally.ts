/** What a leader knows of one step's votes. */
export type Tally =
  | { readonly outcome: 'open'; readonly missing: readonly number[] }
  | { readonly outcome: 'agreed'; readonly digest: string }
  | { readonly outcome: 'split' };

/** Counts the votes of `members` members: agreed only when all are in and equal. Pure. */
export function tallyVotes(members: number, votes: ReadonlyMap<number, string>): Tally {
  const missing = Array.from({ length: members }, (_, rank) => rank).filter((rank) => !votes.has(rank));
  if (missing.length > 0) return { outcome: 'open', missing };
  const counts = new Map<string, number>();
  for (const digest of votes.values()) counts.set(digest, (counts.get(digest) ?? 0) + 1);
  const [first] = counts.keys();
  if (counts.size === 1) return { outcome: 'agreed', digest: first! };
  return { outcome: 'split' };
}

/** Those of a strict majority, in rank order, or null where there is none. Pure. */
export function majorityOf(members: readonly string[], votes: Readonly<Record<string, string>>): string[] | null {
  for (const digest of new Set(Object.values(votes))) {
    const voters = members.filter((member) => votes[member] === digest);
    if (voters.length * 2 > members.length) return voters;
  }
  return null;
}
