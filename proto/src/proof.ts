/** What a proof is made of, in the order in which each part feeds the next: the first that differs is the cause. */
export const proofParts = ['decode', 'features', 'supervise', 'gradient', 'update'] as const;

/** What a worker's programs make of the run's fixed sample: part -> SHA-256 (PROTOCOL 7). */
export type Proof = Readonly<Record<string, string>>;

/** The parts in which two proofs differ, in their order; a part that only one has differs. Pure. */
export function differingParts(one: Proof, other: Proof): string[] {
  const names = new Set<string>([...proofParts, ...Object.keys(one), ...Object.keys(other)]);
  return [...names].filter((part) => one[part] !== other[part]);
}
