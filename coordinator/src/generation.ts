import { type Heartbeat, heartbeatEveryMs } from '@auseq/proto/heartbeat-rules';
import type { CommitNotice } from '@auseq/proto/run-records';
import { type Arrivals, namedStragglers, noArrivals, noteArrivals } from './runs/stragglers.js';
import { decideLife, decideStall, excuse, hearBeat, type MemberLife, newLife, readyLife } from './workers/liveness.js';

/** A coordinator that was restarted gives agents this long to come back before it counts their step processes as lost. */
export const reattachMs = 15_000;

/** A member whose agent's stream has ended is lost unless a heartbeat comes that left it after that. */
const suspectMs = 2.5 * heartbeatEveryMs;
/** A heartbeat may have been on its way. */
const onTheWayMs = 50;

/** What is known of a generation in work beside its run's record: never stored, rebuilt from heartbeats and reports. */
export class LiveGeneration {
  private readonly lives = new Map<string, MemberLife>();
  private readonly done = new Set<string>();
  private readonly awaited: Map<string, number>;
  private readonly suspects = new Map<string, { since: number; why: string }>();
  private readonly heardOf = new Set<string>();
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
    for (const worker of this.lives.keys()) if (!members.includes(worker)) this.lives.delete(worker);
    // A newcomer has just said that it is ready: from here on its silence counts as that of the others.
    for (const worker of members) this.lives.set(worker, excuse(this.lives.get(worker) ?? readyLife(now), now));
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

  /** A member that is dead or hangs; null for the worker where all wait for each other. */
  lost(now: number): { worker: string | null; reason: string } | null {
    for (const [worker, life] of this.lives) {
      if (this.done.has(worker)) continue;
      const suspect = this.suspects.get(worker);
      if (suspect && (life.heardAt ?? 0) > suspect.since + onTheWayMs) this.suspects.delete(worker);
      else if (suspect && now - suspect.since > suspectMs) return { worker, reason: `${worker}: ${suspect.why}` };
      const deadline = this.awaited.get(worker);
      // One that is heard lives, whatever has become of its agent's stream.
      if (deadline !== undefined && now > deadline && life.heardAt === null)
        return { worker, reason: `${worker} did not attach again` };
      const reason = decideLife(life, worker, now);
      if (reason) return { worker, reason };
    }
    const acting = [...this.lives].filter(([worker]) => !this.done.has(worker)).map(([, life]) => life);
    const stall = decideStall(acting, now);
    return stall === null ? null : { worker: null, reason: stall };
  }
}
