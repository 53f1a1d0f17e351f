import {
  computingPhases,
  deadAfterMs,
  type Heartbeat,
  hungAfterMs,
  peerNeverHeardAfterMs,
  stalledAfterMs,
} from '@auseq/proto/heartbeat-rules';

/** What is known of one member of a generation; times are monotonic milliseconds. */
export interface MemberLife {
  readonly since: number;
  readonly heardAt: number | null;
  readonly beat: Heartbeat | null;
  readonly movedAt: number;
  /** The longest a counter stood still while this member computed. */
  readonly slowestMs: number;
}

/** Programs are compiled and files read before the first step: only then do the limits of rule 14 hold. */
const firstStepMs = 10 * 60_000;

export function newLife(now: number): MemberLife {
  return { since: now, heardAt: null, beat: null, movedAt: now, slowestMs: 0 };
}

/** Of a member that is known to live though it was not heard in its generation yet. */
export function readyLife(now: number): MemberLife {
  return { ...newLife(now), heardAt: now };
}

/** The life after a heartbeat. Pure. */
export function hearBeat(life: MemberLife, beat: Heartbeat, now: number): MemberLife {
  const moved = life.beat?.counter !== beat.counter || life.beat.phase !== beat.phase;
  const stoodMs = life.beat && computingPhases.includes(life.beat.phase) ? now - life.movedAt : 0;
  const slowestMs = moved ? Math.max(life.slowestMs, stoodMs) : life.slowestMs;
  return { ...life, heardAt: now, beat, movedAt: moved ? now : life.movedAt, slowestMs };
}

/** Time in which nobody could be heard, by our own fault or that of NATS: no member is blamed for it. Pure. */
export function excuse(life: MemberLife, now: number): MemberLife {
  return { ...life, since: now, heardAt: life.heardAt === null ? null : now, movedAt: now };
}

/** It was heard, and is not now: it may be dead, stopped or cut off. Pure. */
export function isSilent({ heardAt }: MemberLife, now: number): boolean {
  return heardAt !== null && now - heardAt > deadAfterMs;
}

/** Why a member counts as dead or hung, or null (PROTOCOL 14). Pure. */
export function decideLife(life: MemberLife, worker: string, now: number): string | null {
  if (life.heardAt === null) {
    const waitedMs = now - life.since;
    return waitedMs > peerNeverHeardAfterMs ? `${worker} was never heard in ${seconds(waitedMs)}` : null;
  }
  if (isSilent(life, now)) return `${worker} is silent for ${seconds(now - life.heardAt)}`;
  if (!life.beat || !computingPhases.includes(life.beat.phase)) return null;
  const stillMs = now - life.movedAt;
  const limitMs = life.beat.step > 0 ? hungAfterMs(life.slowestMs) : firstStepMs;
  if (stillMs <= limitMs) return null;
  return `${worker} hangs: nothing moved in ${life.beat.phase} for ${seconds(stillMs)} (limit ${seconds(limitMs)})`;
}

/** Why the members together count as stuck, or null: all of them wait and nothing reaches any of them. Pure. */
export function decideStall(lives: readonly MemberLife[], now: number): string | null {
  if (lives.length === 0 || lives.some(({ beat }) => beat?.phase !== 'waiting')) return null;
  const stillMs = Math.min(...lives.map(({ movedAt }) => now - movedAt));
  return stillMs > stalledAfterMs ? `all members wait and nothing moved for ${seconds(stillMs)}` : null;
}

function seconds(ms: number): string {
  return `${(ms / 1000).toFixed(1)} s`;
}
