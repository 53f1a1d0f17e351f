/** A child that lived this long was healthy: its next failure counts as the first. */
const stableMs = 60_000;
const firstDelayMs = 250;
const longestDelayMs = 15_000;

export interface RestartDecision {
  delayMs: number;
  /** Failures in a row, this one included. */
  failures: number;
  reason: string;
}

/** When to start an ended child again: 0.25 s, doubled by each failure in a row up to 15 s. */
export function decideRestart(previousFailures: number, startedAt: number, now: number): RestartDecision {
  const livedMs = now - startedAt;
  const failures = livedMs >= stableMs ? 1 : previousFailures + 1;
  const delayMs = Math.min(longestDelayMs, firstDelayMs * 2 ** (failures - 1));
  return { delayMs, failures, reason: `ended after ${(livedMs / 1000).toFixed(1)} s, failure ${failures} in a row` };
}
