/** How the death of a member is noticed (PROTOCOL 14); every other limit of the cluster is derived from these. */
export const heartbeatEveryMs = 200;
export const deadAfterMs = 1_000;
const stillAtLeastMs = 10_000;
const slowestLeafFactor = 5;

/** A counter that stands still longer than this while something is computed means a hang. */
export function hungAfterMs(slowestLeafMs: number): number {
  return Math.max(stillAtLeastMs, slowestLeafFactor * slowestLeafMs);
}

/** When every member waits for the others and nothing moves, this long, something was lost that no repeat can bring. */
export const stalledAfterMs = 6 * stillAtLeastMs;

/** A coordinator would have removed a silent member long before: without one the members do it themselves. */
export const leaderlessAfterMs = 3 * deadAfterMs;
/** A member that was removed for its silence and comes back within this goes on with its process; later it starts anew. */
export const returnWithinMs = 3 * deadAfterMs;
/** A member gives up on a silent peer by itself when no coordinator has ended the generation long before. */
export const peerLostAfterMs = 10 * deadAfterMs;
/** A peer that was never heard may still be starting its process. */
export const peerNeverHeardAfterMs = 60 * deadAfterMs;
/** Without NATS members wait this long, then they park (PROTOCOL 19). */
export const brokerLostAfterMs = 10 * 60 * deadAfterMs;

/** What a member does; only in the computing ones does a still counter mean a hang. */
export const phases = ['starting', 'features', 'supervise', 'waiting', 'update', 'commit', 'closing'] as const;
export type Phase = (typeof phases)[number];
export const computingPhases: readonly Phase[] = ['features', 'supervise', 'update'];

export interface Heartbeat {
  readonly worker: string;
  readonly phase: Phase;
  /** Grows with every leaf that is computed, every change of phase, and what arrives while the member waits. */
  readonly counter: number;
  readonly step: number;
}
