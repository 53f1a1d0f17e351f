import { AuseqError } from '@auseq/proto/errors';
import { brokerLostAfterMs, type Heartbeat, heartbeatEveryMs } from '@auseq/proto/heartbeat-rules';
import { type LeafRange, ownerOf, planLeaves } from '@auseq/proto/plan-leaves';
import type { CommitNotice } from '@auseq/proto/run-records';
import type { BlobKey, BlobKind } from '@auseq/proto/subjects';
import { BlobInbox } from './blob-inbox.js';
import { BlobOutbox } from './blob-outbox.js';
import { CommLinks } from './comm-links.js';
import type { Ballot, Exchange, Verdict } from './exchange.js';
import { Leader, type VoteMessage } from './leader.js';
import { brokerAway, peerLost, votesSplit } from './lost.js';
import { PeerWatch } from './peer-watch.js';
import { reduceScatterGather } from './reduce.js';
import type { SubtreeSum } from './tree-sum.js';

export interface CommOptions {
  readonly natsUrl: string;
  readonly run: string;
  readonly generation: number;
  readonly rank: number;
  readonly members: readonly string[];
  readonly leaves: number;
}

export interface CommHost {
  /** What the next heartbeat says. */
  readonly heartbeat: () => Heartbeat;
  /** Something arrived from a peer. */
  readonly onArrival: () => void;
  /** Called once when the exchange cannot go on; every wait is rejected with the same error. */
  readonly onFailure: (error: AuseqError) => void;
}

const tickMs = 50;
const voteAgainMs = 250;
/** Without an answer to its votes a member reads the history itself: its leader may have committed and left. */
const readHistoryMs = 1_000;

interface OpenVote {
  readonly vote: VoteMessage;
  resolve(verdict: Verdict): void;
  reject(error: unknown): void;
  sentAt: number;
  readAt: number;
}

/** One member's side of the exchange: lives in the comm thread, which no computation blocks. */
export class CommNode implements Exchange {
  private readonly plan: readonly LeafRange[];
  private readonly inbox: BlobInbox;
  private readonly outbox: BlobOutbox;
  private readonly leader: Leader | null;
  private readonly peers: PeerWatch;
  private readonly timers: NodeJS.Timeout[];
  private openVote: OpenVote | null = null;
  private brokerAwaySince: number | null = null;
  private failure: AuseqError | null = null;
  private events = Promise.resolve();
  private links!: CommLinks;

  private constructor(
    private readonly options: CommOptions,
    private readonly host: CommHost,
  ) {
    const { members, rank, run, generation, leaves } = options;
    this.plan = planLeaves(leaves, members.length);
    this.inbox = new BlobInbox({
      rank,
      holderOf: (key) => this.holderOf(key),
      sendAck: (to, ack) => this.links.sendAck(to, ack),
      sendNeed: (to, need) => this.links.sendNeed(to, need),
    });
    const publish = (subject: string, bytes: Uint8Array) => this.links.publishBlob(subject, bytes);
    this.outbox = new BlobOutbox({ run, generation, rank, members: members.length, publish, now });
    this.peers = new PeerWatch(
      members.map((_, each) => each).filter((each) => each !== rank),
      now(),
    );
    this.leader = rank === 0 ? this.lead() : null;
    this.timers = [];
  }

  /** Connects and begins to be heard. Throws AU_NATS_UNREACHABLE. */
  static async start(options: CommOptions, host: CommHost): Promise<CommNode> {
    const node = new CommNode(options, host);
    node.links = await CommLinks.open(
      { ...options, worker: options.members[options.rank]! },
      {
        onChunk: (key, frame) => {
          host.onArrival();
          node.inbox.onChunk(key, frame, now());
        },
        onAck: (ack) => node.outbox.onAck(ack),
        onNeed: (need) => node.outbox.onNeed(need),
        onVote: (vote) => vote.from !== options.rank && node.leader?.onVote(vote),
        onCommit: (notice) => node.onCommit(notice),
        onHeartbeat: (rank) => node.peers.hear(rank, now()),
        onBroker: (connected) => node.onBroker(connected),
      },
    );
    const beat = () => node.links.sendHeartbeat(host.heartbeat());
    beat();
    node.timers.push(
      setInterval(beat, heartbeatEveryMs),
      setInterval(() => node.tick(), tickMs),
    );
    return node;
  }

  offer(kind: BlobKind, step: number, leaf: number, bytes: Uint8Array): void {
    const key = { kind, step, part: String(leaf) };
    this.inbox.put(key, bytes);
    this.outbox.toAll(key, bytes);
  }

  collect(kind: BlobKind, step: number): Promise<Uint8Array[]> {
    const leaves = Array.from({ length: this.options.leaves }, (_, leaf) => String(leaf));
    return Promise.all(leaves.map((part) => this.take({ kind, step, part })));
  }

  sum(step: number, length: number, subtrees: readonly SubtreeSum[]): Promise<Float32Array> {
    const { inbox, outbox, plan } = this;
    const { rank } = this.options;
    return reduceScatterGather({ rank, plan, inbox, outbox, take: (key) => this.take(key) }, step, length, subtrees);
  }

  decide(ballot: Ballot): Promise<Verdict> {
    const { step, digest, drain } = ballot;
    const vote: VoteMessage = { from: this.options.rank, step, digest, drain };
    return new Promise((resolve, reject) => {
      if (this.failure) return reject(this.failure);
      this.openVote = { vote, resolve, reject, sentAt: now(), readAt: now() };
      if (this.leader) this.leader.onOwnBallot(ballot, vote);
      else this.links.sendVote(vote);
    });
  }

  /** Stores an event; NATS being away delays it, and a failed run loses it at worst. */
  emit(kind: string, fields: Readonly<Record<string, unknown>>): Promise<void> {
    const publish = () => this.links.history.publishEvent(this.options.run, kind, fields);
    this.events = this.events.then(() =>
      publish().catch(() =>
        pause(voteAgainMs)
          .then(publish)
          .catch(() => {}),
      ),
    );
    return this.events;
  }

  async close(): Promise<void> {
    for (const timer of this.timers) clearInterval(timer);
    await this.events;
    await this.links.close();
  }

  private take(key: BlobKey): Promise<Uint8Array> {
    return this.failure ? Promise.reject(this.failure) : this.inbox.take(key, now());
  }

  /** Leaves and their subtrees are held by the leaf's owner, shard sums by the shard's. */
  private holderOf({ kind, part }: BlobKey): number {
    return kind === 'sum' ? Number(part) : ownerOf(this.plan, Number(part.split('-')[0]));
  }

  private onCommit({ step, drain, mismatch }: CommitNotice): void {
    if (this.openVote?.vote.step !== step) return;
    const { resolve } = this.openVote;
    if (mismatch) {
      this.fail(votesSplit(this.options.run, step, mismatch));
      return;
    }
    this.openVote = null;
    // Blobs carry the step's index, one below the count of steps taken; those of the step before are needed by nobody.
    this.inbox.release(step - 2);
    this.outbox.release(step - 2);
    resolve({ drain });
  }

  private lead(): Leader {
    const { run, generation, members } = this.options;
    return new Leader({
      run,
      generation,
      members,
      history: () => this.links.history,
      announce: (notice) => {
        this.links.sendCommit(notice);
        this.onCommit(notice);
      },
      fail: (error) => this.fail(AuseqError.from(error)),
      mayWait: () => this.failure === null,
      pause,
      time: () => new Date().toISOString(),
    });
  }

  private tick(): void {
    this.outbox.probe();
    this.inbox.askForMissing(now());
    const open = this.openVote;
    if (open && !this.leader && now() - open.sentAt > voteAgainMs) {
      open.sentAt = now();
      this.links.sendVote(open.vote);
    }
    if (open && !this.leader && this.brokerAwaySince === null && now() - open.readAt > readHistoryMs) {
      open.readAt = now();
      void this.readHistory();
    }
    this.checkPeers();
  }

  private async readHistory(): Promise<void> {
    const { run, generation } = this.options;
    const last = await this.links.history.last(run).catch(() => null); // asked again as long as it matters
    if (last?.record.type === 'commit' && last.record.generation === generation) this.onCommit(last.record);
  }

  private checkPeers(): void {
    if (this.brokerAwaySince !== null) {
      const awayMs = now() - this.brokerAwaySince;
      if (awayMs > brokerLostAfterMs) this.fail(brokerAway(this.options.natsUrl, awayMs));
      return;
    }
    const lost = this.peers.lost(now());
    const waits = this.openVote !== null || this.inbox.waiting;
    if (lost && waits) this.fail(peerLost(this.options.run, this.options.members[lost.rank]!, lost));
  }

  private onBroker(connected: boolean): void {
    this.brokerAwaySince = connected ? null : (this.brokerAwaySince ?? now());
    if (connected) this.peers.excuse(now());
  }

  private fail(error: AuseqError): void {
    if (this.failure) return;
    this.failure = error;
    this.inbox.fail(error);
    this.openVote?.reject(error);
    this.openVote = null;
    this.host.onFailure(error);
  }
}

const now = () => performance.now();
const pause = (ms: number) => new Promise<void>((resolve) => setTimeout(resolve, ms));
