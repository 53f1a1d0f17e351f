import { type Heartbeat, heartbeatEveryMs, returnWithinMs } from '@auseq/proto/heartbeat-rules';
import type { Proof } from '@auseq/proto/proof';
import type { CommitNotice } from '@auseq/proto/run-records';
import { type Arrivals, namedStragglers, noArrivals, noteArrivals } from './runs/stragglers.js';
import {
  decideLife,
  decideStall,
  excuse,
  hearBeat,
  isSilent,
  type MemberLife,
  newLife,
  readyLife,
} from './workers/liveness.js';

/** A coordinator that was restarted gives agents this long to come back before it counts their step processes as lost. */
export const reattachMs = 15_000;

/** A member whose agent's stream has ended is lost unless a heartbeat comes that left it after that. */
const suspectMs = 2.5 * heartbeatEveryMs;
/** A heartbeat may have been on its way. */
const onTheWayMs = 50;

export interface Loss {
  /** Null where all wait for each other. */
  readonly worker: string | null;
  readonly reason: string;
  /** It is only silent: its process may wake up. */
  readonly mayReturn: boolean;
}

const lossOf = (worker: string | null, reason: string, mayReturn = false): Loss => ({ worker, reason, mayReturn });

/** What is known of a generation in work beside its run's record: never stored, rebuilt from heartbeats and reports. */
export class LiveGeneration {
  private readonly lives = new Map<string, MemberLife>();
  private readonly done = new Set<string>();
  private readonly awaited: Map<string, number>;
  private readonly suspects = new Map<string, { since: number; why: string }>();
  private readonly heardOf = new Set<string>();
  /** Members that were removed for their silence, and until when they may come back. */
  private readonly returning = new Map<string, number>();
  /** What members have said of their bits and nobody has compared yet, by name. */
  readonly proofs = new Map<string, Proof>();
  /** Who comes how late to the exchange. */
  arrivals: Arrivals = noArrivals;
  private named: readonly string[] = [];
  /** When the next worker may join: one that failed to is not asked again at once. */
  joinNotBefore = 0;

  constructor(
    public generation: number,
    members: readonly string[],
    now: number,
    takenOver: boolean,
  ) {
    for (const worker of members) this.lives.set(worker, newLife(now));
    this.awaited = new Map(takenOver ? members.map((worker) => [worker, now + reattachMs]) : []);
  }

  /** Another membership of the same run goes on: nobody is blamed for the change. */
  regroup(generation: number, members: readonly string[], now: number): void {
    this.generation = generation;
    this.heardOf.clear();
    for (const worker of members) this.returning.delete(worker);
    for (const worker of this.proofs.keys()) if (!members.includes(worker)) this.proofs.delete(worker);
    for (const worker of this.lives.keys()) if (!members.includes(worker)) this.lives.delete(worker);
    // A newcomer has just said that it is ready: from here on its silence counts as that of the others.
    for (const worker of members) this.lives.set(worker, excuse(this.lives.get(worker) ?? readyLife(now), now));
  }

  letReturn(worker: string, now: number): void {
    this.returning.set(worker, now + returnWithinMs);
  }

  isReturning(worker: string): boolean {
    return this.returning.has(worker);
  }

  /** Those that had time to come back and have not. */
  tooLate(now: number): string[] {
    const late = [...this.returning].filter(([, until]) => now > until).map(([worker]) => worker);
    for (const worker of late) this.returning.delete(worker);
    return late;
  }

  /** Every member has been heard in this generation. */
  get isKnown(): boolean {
    return [...this.lives.keys()].every((worker) => this.heardOf.has(worker));
  }

  /** One more commit; returns what is new about stragglers, as sentences. */
  noteArrivals(members: readonly string[], { late, seconds }: CommitNotice): string[] {
    this.arrivals = noteArrivals(this.arrivals, members, late, seconds * 1000);
    const found = namedStragglers(this.arrivals);
    const names = found.map(({ worker }) => worker);
    const news = found.filter(({ worker }) => !this.named.includes(worker)).map(({ reason }) => reason);
    const over = this.named.filter((worker) => !names.includes(worker)).map((worker) => `${worker} is slow no more`);
    this.named = names;
    return [...news, ...over];
  }

  get stragglers(): string[] {
    return namedStragglers(this.arrivals).map(({ reason }) => reason);
  }

  hear(beat: Heartbeat, now: number): void {
    this.heardOf.add(beat.worker);
    const life = this.lives.get(beat.worker);
    if (life) this.lives.set(beat.worker, hearBeat(life, beat, now));
  }

  excuse(now: number): void {
    for (const [worker, life] of this.lives) this.lives.set(worker, excuse(life, now));
  }

  /** The stream of the member's agent has ended: it may be dead, or only its connection. */
  suspect(worker: string, why: string, now: number): void {
    if (this.lives.has(worker)) this.suspects.set(worker, { since: now, why });
  }

  /** The member's agent is attached and speaks for it. */
  attached(worker: string): void {
    this.suspects.delete(worker);
    this.awaited.delete(worker);
  }

  /** The member has taken its last step; its silence means nothing. */
  finish(worker: string): void {
    this.done.add(worker);
  }

  isDone(worker: string): boolean {
    return this.done.has(worker);
  }

  /** A member that is dead or hangs. */
  lost(now: number): Loss | null {
    for (const [worker, life] of this.lives) {
      if (this.done.has(worker)) continue;
      const suspect = this.suspects.get(worker);
      if (suspect && (life.heardAt ?? 0) > suspect.since + onTheWayMs) this.suspects.delete(worker);
      else if (suspect && now - suspect.since > suspectMs) return lossOf(worker, `${worker}: ${suspect.why}`);
      const deadline = this.awaited.get(worker);
      // One that is heard lives, whatever has become of its agent's stream.
      if (deadline !== undefined && now > deadline && life.heardAt === null)
        return lossOf(worker, `${worker} did not attach again`);
      const reason = decideLife(life, worker, now);
      if (reason) return lossOf(worker, reason, isSilent(life, now));
    }
    const acting = [...this.lives].filter(([worker]) => !this.done.has(worker)).map(([, life]) => life);
    const stall = decideStall(acting, now);
    return stall === null ? null : lossOf(null, stall);
  }
}
