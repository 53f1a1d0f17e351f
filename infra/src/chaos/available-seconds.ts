import type { RunTimeline } from '@auseq/proto/run-timeline';

/**
 * Seconds of workers that a run had from its first commit to its last: members by time, from one stored membership to the
 * next. A dead member counts until it is removed, a starting replacement from when it joins. Pure.
 */
export function availableSeconds({ changes, commits }: RunTimeline): number {
  const [first, last] = [commits[0]?.at ?? 0, commits.at(-1)?.at ?? 0];
  return changes.reduce((sum, { reformedAt, workers }, index) => {
    const from = Math.max(first, reformedAt);
    const until = Math.min(last, changes[index + 1]?.reformedAt ?? last);
    return sum + (workers.length * Math.max(0, until - from)) / 1000;
  }, 0);
}
