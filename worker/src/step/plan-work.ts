import type { LeafRange, Subtree } from '@auseq/proto/plan-leaves';

export interface Work {
  /** A single leaf where it must be computed. */
  readonly subtree: Subtree;
  readonly isHeld: boolean;
}

/**
 * What a member has to do for the sums of its range of leaves, left to right: take a sum that it holds already, the largest
 * that lies in the range, or compute a leaf. Pure.
 */
export function planWork({ start, end }: LeafRange, held: readonly Subtree[]): Work[] {
  const work: Work[] = [];
  for (let at = start; at < end; at = nextOf(work)) {
    const [largest] = held
      .filter((subtree) => subtree.start === at && at + subtree.size <= end)
      .sort((one, other) => other.size - one.size);
    work.push(largest ? { subtree: largest, isHeld: true } : { subtree: { start: at, size: 1 }, isHeld: false });
  }
  return work;
}

function nextOf(work: readonly Work[]): number {
  const { start, size } = work.at(-1)!.subtree;
  return start + size;
}
