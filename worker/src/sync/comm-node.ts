import { AuseqError } from '@auseq/proto/errors';
import { brokerLostAfterMs, type Heartbeat, heartbeatEveryMs, leaderlessAfterMs } from '@auseq/proto/heartbeat-rules';
import { planLeaves } from '@auseq/proto/plan-leaves';
import type { CommitNotice, GenerationRecord, HistoryRecord } from '@auseq/proto/run-records';
import type { BlobKey, BlobKind } from '@auseq/proto/subjects';
import { appendMembership } from './append-membership.js';
import { type BallotBox, createBallotBox } from './ballot-box.js';
import { BlobInbox } from './blob-inbox.js';
import { BlobOutbox } from './blob-outbox.js';
import { createBufferPool } from './buffer-pool.js';
import { type Clock, realClock } from './clock.js';
import { CommLinks } from './comm-links.js';
import type { Ballot, Entered, Verdict } from './exchange.js';
import { Leader } from './leader.js';
import type { LinkHandlers, LinkOptions, Links } from './links.js';
import { brokerAway, peerLost, removed, votesSplit } from './lost.js';
import { decideEntry, type Membership } from './membership.js';
import { PeerWatch } from './peer-watch.js';
import { reduceScatterGather } from './reduce.js';
import { Regrouped } from './regrouped.js';
import { heldBlobs, holderOf, lateBy, type Seat } from './seat.js';
import { majorityOf } from './tally.js';
import type { SubtreeSum } from './tree-sum.js';
import type { VoteMessage } from './vote-message.js';
import type { WireName } from './wire.js';

export interface CommOptions {
  readonly natsUrl: string;
  readonly run: string;
  readonly worker: string;
  readonly leaves: number;
  /** Fewer members than this do not go on by themselves. */
  readonly minWorkers: number;
  /** Of sums between hosts. */
  readonly wire: WireName;
  /** Is no member yet: a coming generation will have it. */
  readonly joins: boolean;
}

export interface CommHost {
  /** What the next heartbeat says. */
  readonly heartbeat: () => Heartbeat;
  /** Something arrived from a peer. */
  readonly onArrival: () => void;
  /** The others go on without this member, which waits for another membership; `holds` = digest of the last commit it has taken. */
  readonly onOutside: (holds: string | null) => void;
  /** Called once when the exchange cannot go on; every wait is rejected with the same error. */
  readonly onFailure: (error: AuseqError) => void;
}

const tickMs = 50;
const voteAgainMs = 250;
/** Without an answer to its votes a member reads the history itself: its leader may have committed and left. */
const readHistoryMs = 1_000;

/** One member's side of the exchange: lives in the comm thread, which no computation blocks. */
export class CommNode {
  private readonly inbox: BlobInbox;
  private readonly pool = createBufferPool();
  /** By turns: the main thread may still look at the last one. */
  private readonly results: Float32Array[] = [];
  private readonly timers: (() => void)[] = [];
  private seat: Seat | null = null;
  /** The generation that has removed this member. */
  private removedBy: number | null = null;
  private lastDigest: string | null = null;
  private readonly ballots: BallotBox;
  private entering: ((error: unknown) => void)[] = [];
  private readAt = 0;
  private brokerAwaySince: number | null = null;
  private removing = false;
  private failure: AuseqError | null = null;
  private events = Promise.resolve();
  private links!: Links;

  private constructor(
    private readonly options: CommOptions,
    private readonly host: CommHost,
    private readonly clock: Clock,
  ) {
    this.ballots = createBallotBox(clock.now, (vote) => this.onSettled(vote));
    this.inbox = new BlobInbox({
      rank: () => this.seat?.membership.rank ?? -1,
      holderOf: (key) => holderOf(this.seated(), key),
      memory: () => this.links.memory,
      pool: this.pool,
      sendAck: (to, ack) => this.links.sendAck(to, ack),
      sendNeed: (to, need) => this.links.sendNeed(to, need),
    });
  }

  /** Connects and begins to be heard, as a member once it is one. Throws AU_NATS_UNREACHABLE. */
  static async start(
    options: CommOptions,
    host: CommHost,
    open: (options: LinkOptions, handlers: LinkHandlers) => Promise<Links> = CommLinks.open,
    clock: Clock = realClock,
  ): Promise<CommNode> {
    const node = new CommNode(options, host, clock);
    node.links = await open(options, {
      onChunk: (key, frame) => {
        host.onArrival();
        node.inbox.onChunk(key, frame, clock.now());
      },
      onNear: (message) => {
        host.onArrival();
        node.inbox.onNear(message, clock.now());
      },
      onAck: (ack) => node.seat?.outbox.onAck(ack),
      onNeed: (need) => node.seat?.outbox.onNeed(need),
      onVote: (vote) => vote.from !== node.seat?.membership.rank && node.seat?.leader?.onVote(vote),
      onCommit: (notice) => node.onCommit(notice),
      onHeartbeat: (rank) => node.seat?.peers.hear(rank, clock.now()),
      onMembership: (record) => node.consider(record),
      onBroker: (connected) => node.onBroker(connected),
    });
    await node.readHistory();
    const beat = () => node.links.sendHeartbeat(host.heartbeat());
    beat();
    node.timers.push(
      clock.every(heartbeatEveryMs, beat),
      clock.every(tickMs, () => node.tick()),
    );
    return node;
  }

  /** 0 before the first one. */
  get generation(): number {
    return this.seat?.membership.generation ?? 0;
  }

  /** The newest membership, as soon as there is one. */
  async enter(): Promise<Entered> {
    if (!this.seat && this.removedBy !== null) this.host.onOutside(this.lastDigest);
    while (!this.seat) {
      if (this.failure) throw this.failure;
      await new Promise<void>((resolve, reject) => {
        this.entering.push((error) => (error ? reject(error) : resolve()));
      });
    }
    return { ...this.seat.membership, held: heldBlobs(this.seat, this.inbox) };
  }

  giveState(step: number, bytes: Uint8Array): void {
    const { membership, outbox } = this.seated();
    for (const rank of membership.unhealed) outbox.toOne(rank, stateKey(step), bytes);
  }

  takeState(step: number): Promise<Uint8Array> {
    return this.take(stateKey(step));
  }

  offer(kind: BlobKind, step: number, leaf: number, bytes: Uint8Array): void {
    const key = { kind, step, part: String(leaf) };
    this.inbox.put(key, bytes, this.clock.now());
    this.seat?.outbox.toAll(key, bytes);
  }

  collect(kind: BlobKind, step: number): Promise<Uint8Array[]> {
    const leaves = Array.from({ length: this.options.leaves }, (_, leaf) => String(leaf));
    return Promise.all(leaves.map((part) => this.take({ kind, step, part })));
  }

  sum(step: number, length: number, subtrees: readonly SubtreeSum[]): Promise<Float32Array> {
    const { inbox } = this;
    const { membership, plan, outbox } = this.seated();
    const spare = this.results.length > 1 ? this.results.shift() : undefined;
    const whole = spare?.length === length ? spare : new Float32Array(new SharedArrayBuffer(4 * length));
    this.results.push(whole);
    const links = {
      pool: this.pool,
      rank: membership.rank,
      plan,
      hosts: membership.hosts,
      wire: this.options.wire,
      inbox,
      outbox,
      now: this.clock.now,
      take: (key: BlobKey) => this.take(key),
    };
    return reduceScatterGather(links, step, subtrees, whole);
  }

  decide(ballot: Ballot): Promise<Verdict> {
    const { membership, leader } = this.seated();
    const { step, digest, drain } = ballot;
    const vote: VoteMessage = { from: membership.rank, step, digest, drain };
    if (this.failure) return Promise.reject(this.failure);
    this.readAt = this.clock.now();
    const verdict = this.ballots.cast(vote);
    if (leader) leader.onOwnBallot(ballot, vote);
    else this.links.sendVote(vote);
    return verdict;
  }

  /** Stores an event; NATS being away delays it, and a failed run loses it at worst. */
  emit(kind: string, fields: Readonly<Record<string, unknown>>): Promise<void> {
    const publish = () => this.links.history.publishEvent(this.options.run, kind, fields);
    this.events = this.events.then(() =>
      publish().catch(() =>
        this.clock
          .pause(voteAgainMs)
          .then(publish)
          .catch(() => {}),
      ),
    );
    return this.events;
  }

  async close(): Promise<void> {
    for (const end of this.timers) end();
    await this.events;
    await this.links.close();
  }

  /** Something is awaited of the other members. */
  private get waits(): boolean {
    return this.ballots.open !== null || this.inbox.waiting;
  }

  private seated(): Seat {
    if (!this.seat) throw new Error('no generation was entered');
    return this.seat;
  }

  private take(key: BlobKey): Promise<Uint8Array> {
    return this.failure ? Promise.reject(this.failure) : this.inbox.take(key, this.clock.now());
  }

  private consider(record: HistoryRecord): void {
    if (this.failure || record.run !== this.options.run) return;
    const { worker, joins } = this.options;
    const { removedBy } = this;
    const current = this.seat?.membership ?? null;
    const entry = decideEntry({ current, joins: joins || removedBy !== null, removedBy }, record, worker);
    const othersGoOn = record.type === 'commit' || record.continues;
    if (entry.kind === 'removed' && current && othersGoOn) this.stepOut(record);
    else if (entry.kind === 'removed') this.fail(removed(this.options.run, worker, entry.reason));
    if (entry.kind === 'entered') this.takeSeat(entry.membership, entry.record);
  }

  private takeSeat(membership: Membership, record: GenerationRecord): void {
    const { run } = this.options;
    const { generation, rank, members, hosts } = membership;
    const publish = (subject: string, frame: readonly Uint8Array[]) => this.links.publishBlob(subject, frame);
    const others = members.map((_, each) => each).filter((each) => each !== rank);
    this.inbox.regroup(new Regrouped());
    if (membership.unhealed.includes(rank)) this.inbox.awaitState();
    this.seat?.outbox.end();
    this.removedBy = null;
    this.links.enter(membership);
    this.seat = {
      membership,
      plan: planLeaves(this.options.leaves, members.length),
      outbox: new BlobOutbox({
        ...{ run, generation, rank, hosts, memory: this.links.memory, publish, now: this.clock.now },
        sendNear: (to, message) => this.links.sendNear(to, message),
      }),
      peers: new PeerWatch(others, this.clock.now()),
      leader: rank === 0 ? this.lead(membership) : null,
    };
    for (const { kind, step, leaf, bytes } of heldBlobs(this.seat, this.inbox))
      this.seat.outbox.toAll({ kind, step, part: String(leaf) }, bytes);
    this.ballots.close(record);
    this.links.sendHeartbeat(this.host.heartbeat());
    for (const entered of this.entering.splice(0)) entered(null);
  }

  /** Rightly or wrongly the others go on without this member (PROTOCOL 14): what it holds may still be of use. */
  private stepOut(record: HistoryRecord): void {
    if (record.type === 'generation') this.ballots.close(record);
    this.ballots.reject(new Regrouped());
    this.inbox.regroup(new Regrouped());
    this.seat?.outbox.end();
    this.links.leave();
    this.removedBy = record.generation;
    this.seat = null;
  }

  private onCommit({ step, drain, mismatch }: CommitNotice): void {
    if (this.ballots.open?.step !== step) return;
    if (mismatch) this.onSplit(step, mismatch);
    else this.ballots.settle(drain);
  }

  /** A strict majority goes on and the others heal from it; without one nobody can know who is right (PROTOCOL 8). */
  private onSplit(step: number, votes: Readonly<Record<string, string>>): void {
    const { run, worker } = this.options;
    const { members } = this.seated().membership;
    const right = majorityOf(members, votes);
    if (!right) {
      this.fail(votesSplit(run, step, votes));
      return;
    }
    const others = members.filter((member) => !right.includes(member)).join(', ');
    const reason = `${others} voted for another step ${step} than ${right.join(', ')}`;
    if (!right.includes(worker)) this.fail(removed(run, worker, reason));
    else if (right[0] === worker) void this.goOnWith(right, reason);
  }

  private onSettled({ step, digest }: VoteMessage): void {
    this.lastDigest = digest;
    // Blobs carry the step's index, one below the count of steps taken; those of the step before are needed by nobody.
    this.inbox.release(step - 2);
    this.seat?.outbox.release(step - 2);
  }

  private lead({ generation, members, hosts }: Membership): Leader {
    const isLeading = () => this.generation === generation;
    return new Leader({
      ...{ run: this.options.run, generation, members, hosts },
      history: () => this.links.history,
      announce: (notice) => {
        if (!isLeading()) return;
        this.links.sendCommit(notice);
        this.onCommit(notice);
      },
      late: (step) => lateBy(this.seated(), this.inbox, step),
      // Overtaken by another membership: the notice of it, or the history, says whether this member is in it.
      onOvertaken: () => void this.readHistory(),
      fail: (error) => isLeading() && this.fail(AuseqError.from(error)),
      mayWait: () => this.failure === null && isLeading(),
      pause: this.clock.pause,
      time: () => new Date().toISOString(),
    });
  }

  private tick(): void {
    this.seat?.outbox.probe();
    this.inbox.askForMissing(this.clock.now());
    const again = this.seat?.leader ? null : this.ballots.dueAgain(voteAgainMs);
    if (again) this.links.sendVote(again);
    if ((this.waits || !this.seat) && this.brokerAwaySince === null && this.clock.now() - this.readAt > readHistoryMs) {
      this.readAt = this.clock.now();
      void this.readHistory();
    }
    this.checkPeers();
  }

  private async readHistory(): Promise<void> {
    const last = await this.links.history.last(this.options.run).catch(() => null); // asked again as long as it matters
    if (!last) return;
    if (last.record.type === 'commit' && last.record.generation === this.generation) this.onCommit(last.record);
    this.consider(last.record);
  }

  private checkPeers(): void {
    if (this.brokerAwaySince !== null) {
      const awayMs = this.clock.now() - this.brokerAwaySince;
      if (awayMs > brokerLostAfterMs) this.fail(brokerAway(this.options.natsUrl, awayMs));
      return;
    }
    const { seat } = this;
    if (!seat) return;
    const lost = seat.peers.lost(this.clock.now());
    if (lost && this.waits) this.fail(peerLost(this.options.run, seat.membership.members[lost.rank]!, lost));
    const silent = seat.peers.silentFor(leaderlessAfterMs, this.clock.now());
    if (silent.length > 0 && !this.removing) void this.removeSilent(seat, silent);
  }

  /** No coordinator has removed a silent member in all this time: the lowest-ranked live one does it (PROTOCOL 15). */
  private async removeSilent({ membership }: Seat, silent: readonly number[]): Promise<void> {
    const { members, rank } = membership;
    const isLowest = members.every((_, each) => each >= rank || silent.includes(each));
    if (!isLowest) return;
    const kept = members.filter((_, each) => !silent.includes(each));
    const names = silent.map((each) => members[each]).join(', ');
    const after = `${leaderlessAfterMs / 1000} s`;
    await this.goOnWith(kept, `${names} silent for ${after} and no coordinator acts: ${members[rank]} removes`);
  }

  private async goOnWith(kept: readonly string[], reason: string): Promise<void> {
    const { generation } = this;
    const { run, minWorkers } = this.options;
    if (kept.length < minWorkers) return;
    this.removing = true;
    const record = await appendMembership(this.links.history, { run, generation, kept, reason });
    this.removing = false;
    if (!record) return; // tried again at the next tick, where it is still wanted
    this.links.sendMembership(record);
    this.consider(record);
    void this.emit('decision', { decision: `generation ${record.generation}: ${kept.join(', ')}`, reason });
  }

  private onBroker(connected: boolean): void {
    this.brokerAwaySince = connected ? null : (this.brokerAwaySince ?? this.clock.now());
    if (!connected) return;
    this.seat?.peers.excuse(this.clock.now());
    void this.readHistory();
  }

  private fail(error: AuseqError): void {
    if (this.failure) return;
    this.failure = error;
    this.inbox.fail(error);
    this.ballots.reject(error);
    for (const entered of this.entering.splice(0)) entered(error);
    this.host.onFailure(error);
  }
}

const stateKey = (step: number): BlobKey => ({ kind: 'state', step, part: '0' });
