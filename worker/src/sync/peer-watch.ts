import { peerLostAfterMs, peerNeverHeardAfterMs } from '@auseq/proto/heartbeat-rules';

/** When each peer was last heard; decides, with the time as an argument, whether one must be given up. */
export class PeerWatch {
  private readonly heard = new Map<number, number>();
  private since: number;
  private lastAsked: number;

  constructor(
    private readonly peers: readonly number[],
    now: number,
  ) {
    this.since = now;
    this.lastAsked = now;
  }

  hear(rank: number, now: number): void {
    this.heard.set(rank, now);
  }

  /** Time in which nobody could be heard: a broken connection or a pause of this process. */
  excuse(now: number): void {
    this.since = now;
    for (const rank of this.heard.keys()) this.heard.set(rank, now);
  }

  /** Peers that were heard once and are silent for longer than `ms` now. */
  silentFor(ms: number, now: number): number[] {
    return this.peers.filter((rank) => now - (this.heard.get(rank) ?? now) > ms);
  }

  /** A peer that is silent for too long, with the milliseconds; null when all may still come. To be asked often. */
  lost(now: number): { rank: number; silentMs: number; everHeard: boolean } | null {
    const pausedMs = now - this.lastAsked;
    this.lastAsked = now;
    if (pausedMs > peerLostAfterMs / 4) this.excuse(now);
    for (const rank of this.peers) {
      const last = this.heard.get(rank);
      const silentMs = now - (last ?? this.since);
      if (silentMs > (last === undefined ? peerNeverHeardAfterMs : peerLostAfterMs)) {
        return { rank, silentMs, everHeard: last !== undefined };
      }
    }
    return null;
  }
}
