/** A contiguous range of leaves: from `start` up to but not including `end`. */
export interface LeafRange {
  readonly start: number;
  readonly end: number;
}

/** A node of the fixed binary tree over leaves: `size` is a power of two and `start` a multiple of it. */
export interface Subtree {
  readonly start: number;
  readonly size: number;
}

/**
 * Cuts a range into its maximal aligned subtrees, left to right: what one worker may add up by itself
 * without changing the order of the whole sum (performance facts §6.3).
 */
export function planSubtrees({ start, end }: LeafRange): Subtree[] {
  const subtrees: Subtree[] = [];
  for (let at = start; at < end; ) {
    let size = 1;
    while (at % (size * 2) === 0 && at + size * 2 <= end) size *= 2;
    subtrees.push({ start: at, size });
    at += size;
  }
  return subtrees;
}

/**
 * Which leaves each member computes, in rank order: contiguous ranges whose lengths differ by at most one,
 * placed so that the fewest subtree sums must be sent. Members beyond the leaves get empty ranges. Pure.
 */
export function planLeaves(leaves: number, members: number): LeafRange[] {
  const small = Math.floor(leaves / members);
  const extras = leaves % members;
  const place = (lengths: readonly boolean[]) => {
    let start = 0;
    return lengths.map((longer) => {
      const range = { start, end: start + small + (longer ? 1 : 0) };
      start = range.end;
      return range;
    });
  };
  // best[k] = the cheapest way for the members so far when k of them are longer; the start of the next one follows from k.
  let best: ({ cost: number; lengths: boolean[] } | undefined)[] = [{ cost: 0, lengths: [] }];
  for (let member = 0; member < members; member++) {
    const next: typeof best = [];
    for (const [longerOnes, way] of best.entries()) {
      if (!way) continue;
      const start = member * small + longerOnes;
      for (const longer of [true, false]) {
        const count = longerOnes + (longer ? 1 : 0);
        if (count > extras || extras - count > members - member - 1) continue;
        const end = start + small + (longer ? 1 : 0);
        const cost = way.cost + planSubtrees({ start, end }).length;
        if (cost < (next[count]?.cost ?? Number.POSITIVE_INFINITY))
          next[count] = { cost, lengths: [...way.lengths, longer] };
      }
    }
    best = next;
  }
  return place(best[extras]!.lengths);
}

/** The rank that computes a leaf under a plan. */
export function ownerOf(plan: readonly LeafRange[], leaf: number): number {
  return plan.findIndex(({ start, end }) => leaf >= start && leaf < end);
}
