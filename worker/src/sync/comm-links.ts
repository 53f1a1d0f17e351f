import { RunHistory } from '@auseq/infra/history/run-history';
import { connectNats } from '@auseq/infra/nats/connect-nats';
import type { Heartbeat } from '@auseq/proto/heartbeat-rules';
import type { CommitNotice, GenerationRecord } from '@auseq/proto/run-records';
import { generationSubjects, membershipSubject, parseBlobSubject } from '@auseq/proto/subjects';
import { JSONCodec, type Msg, type NatsConnection, type Subscription } from 'nats';
import type { AckMessage, NearMessage, NeedMessage } from './blob-messages.js';
import { decodeChunk } from './chunk-frame.js';
import { type DataLink, openDataLink } from './data-plane/data-link.js';
import type { LinkHandlers, LinkOptions, Links } from './links.js';
import type { Membership } from './membership.js';
import { ranksOn } from './plan-reduce.js';
import { openSharedMemory } from './shared-memory.js';
import type { VoteMessage } from './vote-message.js';

interface Place {
  readonly rank: number;
  readonly hosts: readonly string[];
  readonly subjects: ReturnType<typeof generationSubjects>;
}

const connectMs = 10_000;
const flushMs = 1_000;

/** The NATS connections of one member: blobs ride on one of their own, so that they cannot starve votes and heartbeats. */
export class CommLinks implements Links {
  private constructor(
    private readonly control: NatsConnection,
    private readonly bulk: DataLink,
    readonly history: RunHistory,
    private readonly options: LinkOptions,
    private readonly handlers: LinkHandlers,
  ) {}

  readonly memory = openSharedMemory();
  private place: Place | null = null;
  private subscriptions: Pick<Subscription, 'unsubscribe'>[] = [];

  /** Connects and listens to memberships; nothing else is heard before `enter`. Throws AU_NATS_UNREACHABLE. */
  static async open(options: LinkOptions, handlers: LinkHandlers): Promise<CommLinks> {
    const { natsUrl, worker } = options;
    const control = await connectNats(natsUrl, { name: `${worker} control`, timeoutMs: connectMs });
    const onMessage = (subject: string, payload: Uint8Array) => {
      const key = parseBlobSubject(subject);
      const frame = key ? decodeChunk(payload) : null;
      if (key && frame) handlers.onChunk(key, frame);
    };
    const bulk = await openDataLink({ url: natsUrl, name: `${worker} bulk`, timeoutMs: connectMs, onMessage }).catch(
      async (error) => {
        await control.close();
        throw error;
      },
    );
    const links = new CommLinks(control, bulk, await RunHistory.open(control), options, handlers);
    links.hear<GenerationRecord>(membershipSubject(options.run), (record) => handlers.onMembership(record));
    void watchBroker(control, handlers.onBroker);
    await control.flush();
    return links;
  }

  enter({ generation, rank, hosts }: Pick<Membership, 'generation' | 'rank' | 'hosts'>): void {
    for (const subscription of this.subscriptions) subscription.unsubscribe();
    this.place = { rank, hosts, subjects: generationSubjects(this.options.run, generation) };
    this.subscriptions = this.subscribe(this.place);
  }

  leave(): void {
    for (const subscription of this.subscriptions.splice(0)) subscription.unsubscribe();
    this.place = null;
  }

  publishBlob = (subject: string, frame: readonly Uint8Array[]): void => this.bulk.publish(subject, frame);

  sendNear = (to: number, message: NearMessage): void => this.tell(({ near }) => near(to), message);
  sendAck = (to: number, ack: AckMessage): void => this.tell((subjects) => subjects.ack(to), ack);
  sendNeed = (to: number, need: NeedMessage): void => this.tell((subjects) => subjects.need(to), need);
  sendVote = (vote: VoteMessage): void => this.tell((subjects) => subjects.vote, vote);
  sendCommit = (notice: CommitNotice): void => this.tell((subjects) => subjects.commit, notice);
  sendHeartbeat = (beat: Heartbeat): void => this.tell((subjects, rank) => subjects.heartbeat(rank), beat);
  sendMembership = (record: GenerationRecord): void => this.say(membershipSubject(this.options.run), record);

  async close(): Promise<void> {
    const flushed = Promise.allSettled([this.control.flush(), this.bulk.flush()]);
    await Promise.race([flushed, new Promise((resolve) => setTimeout(resolve, flushMs))]);
    this.bulk.close();
    await this.control.close().catch(() => {});
    this.memory?.close();
  }

  /** Between two generations there is nobody to tell. */
  private tell(subjectOf: (subjects: Place['subjects'], rank: number) => string, message: unknown): void {
    if (this.place) this.say(subjectOf(this.place.subjects, this.place.rank), message);
  }

  private say(subject: string, message: unknown): void {
    if (!this.control.isClosed()) this.control.publish(subject, codec.encode(message));
  }

  private hear<T>(subject: string, handle: (value: T, message: Msg) => void): Subscription {
    return this.control.subscribe(subject, {
      callback: (error, message) => {
        if (!error) handle(codec.decode(message.data) as T, message);
      },
    });
  }

  private subscribe({ rank, hosts, subjects }: Place): Pick<Subscription, 'unsubscribe'>[] {
    const { handlers } = this;
    const far = [...new Set(hosts)].filter((host) => host !== hosts[rank]);
    const blobSubjects = [
      ...[subjects.allBlobs, subjects.blobsTo(rank)],
      ...far.map((host) => subjects.farFrom(ranksOn(hosts, host)[0]!)),
    ];
    const blobs = blobSubjects.map((subject) => ({ unsubscribe: this.bulk.subscribe(subject) }));
    return [
      ...blobs,
      this.hear<NearMessage>(subjects.near(rank), (message) => handlers.onNear(message)),
      this.hear<AckMessage>(subjects.ack(rank), (ack) => handlers.onAck(ack)),
      this.hear<NeedMessage>(subjects.need(rank), (need) => handlers.onNeed(need)),
      this.hear<CommitNotice>(subjects.commit, (notice) => handlers.onCommit(notice)),
      this.hear<VoteMessage>(subjects.vote, (vote) => handlers.onVote(vote)),
      this.hear<Heartbeat>(subjects.heartbeats, (_, { subject }) =>
        handlers.onHeartbeat(Number(subject.split('.').at(-1))),
      ),
    ];
  }
}

const codec = JSONCodec<unknown>();

async function watchBroker(connection: NatsConnection, onBroker: (connected: boolean) => void): Promise<void> {
  for await (const { type } of connection.status()) {
    if (type === 'disconnect') onBroker(false);
    if (type === 'reconnect') onBroker(true);
  }
}
