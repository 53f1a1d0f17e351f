/** What is known of how late members' contributions come, in milliseconds after the first member's. */
export interface Arrivals {
  readonly late: ReadonlyMap<string, number>;
  readonly stepMs: number;
  readonly commits: number;
}

export interface Straggler {
  readonly worker: string;
  /** The sentence that names it, with numbers. */
  readonly reason: string;
}

export const noArrivals: Arrivals = { late: new Map(), stepMs: 0, commits: 0 };

/** Weight of the newest step. */
const weight = 0.1;
const commitsAtLeast = 10;
const lateAtLeastMs = 100;
/** Of the step's time. */
const lateShare = 0.2;

/** The averages after one more commit; members that left are forgotten. Pure. */
export function noteArrivals(
  before: Arrivals,
  members: readonly string[],
  late: readonly (number | null)[],
  stepMs: number,
): Arrivals {
  const mean = (old: number | undefined, value: number) => (old === undefined ? value : old + weight * (value - old));
  const entries = members.flatMap((worker, rank) => {
    const value = late[rank];
    return typeof value === 'number' ? [[worker, mean(before.late.get(worker), value)] as const] : [];
  });
  const known = before.commits > 0 ? before.stepMs : undefined;
  return { late: new Map(entries), stepMs: mean(known, stepMs), commits: before.commits + 1 };
}

/** Members for which all others wait a fifth of each step or more, by their arrival at the exchange (not by step times, which it equalises). Pure. */
export function namedStragglers({ late, stepMs, commits }: Arrivals): Straggler[] {
  if (commits < commitsAtLeast) return [];
  return [...late].flatMap(([worker, ms]) => {
    if (ms < lateAtLeastMs || ms < lateShare * stepMs) return [];
    const share = Math.round((100 * ms) / stepMs);
    const reason = `${worker} is slow: its part comes ${Math.round(ms)} ms after the first, ${share} % of a step of ${Math.round(stepMs)} ms`;
    return [{ worker, reason }];
  });
}
