/** A range of elements of the flat gradient that one member sums and hands out. */
export interface Shard {
  readonly start: number;
  readonly end: number;
}

/** Cuts `length` elements into one contiguous shard per member, sizes differing by at most one: fixed owners. */
export function planShards(length: number, members: number): Shard[] {
  const border = (rank: number) => Math.floor((length * rank) / members);
  return Array.from({ length: members }, (_, rank) => ({ start: border(rank), end: border(rank + 1) }));
}
