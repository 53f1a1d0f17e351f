import type { LeafRange } from '@auseq/proto/plan-leaves';

/**
 * How many milliseconds after the first member each one had all its leaves here, by rank; null for a rank without leaves,
 * or where one is not known. Step times are equal for all, because all wait for the last: this tells who that is. Pure.
 */
export function lateness(
  plan: readonly LeafRange[],
  arrivedAt: (leaf: number) => number | undefined,
): readonly (number | null)[] {
  const last = plan.map(({ start, end }) => {
    const times = Array.from({ length: end - start }, (_, index) => arrivedAt(start + index));
    return times.length === 0 || times.includes(undefined) ? null : Math.max(...(times as number[]));
  });
  const first = Math.min(...last.filter((time) => time !== null));
  return last.map((time) => (time === null ? null : Math.round(time - first)));
}
