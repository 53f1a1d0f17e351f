/** The mean of each loss over the leaves, added in leaf order so that every member has the same bits. */
export function meanLosses(leaves: readonly Readonly<Record<string, number>>[]): Record<string, number> {
  const means: Record<string, number> = {};
  for (const name of Object.keys(leaves[0] ?? {})) {
    let sum = 0;
    for (const losses of leaves) sum += losses[name] ?? 0;
    means[name] = sum / leaves.length;
  }
  return means;
}
