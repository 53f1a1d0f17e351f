import { RunHistory } from '@auseq/infra/history/run-history';
import { connectNats } from '@auseq/infra/nats/connect-nats';
import type { Heartbeat } from '@auseq/proto/heartbeat-rules';
import type { CommitNotice } from '@auseq/proto/run-records';
import { type BlobKey, generationSubjects, parseBlobSubject } from '@auseq/proto/subjects';
import { JSONCodec, type Msg, type NatsConnection } from 'nats';
import type { AckMessage, NeedMessage } from './blob-messages.js';
import { type ChunkFrame, decodeChunk } from './chunk-frame.js';
import type { VoteMessage } from './leader.js';

export interface LinkHandlers {
  onChunk(key: BlobKey, frame: ChunkFrame): void;
  onAck(ack: AckMessage): void;
  onNeed(need: NeedMessage): void;
  onVote(vote: VoteMessage): void;
  onCommit(notice: CommitNotice): void;
  onHeartbeat(rank: number): void;
  /** NATS went away (false) or is back (true). */
  onBroker(connected: boolean): void;
}

export interface LinkOptions {
  readonly natsUrl: string;
  readonly run: string;
  readonly generation: number;
  readonly rank: number;
  readonly worker: string;
}

const connectMs = 10_000;
const flushMs = 1_000;

/** The NATS connections of one member: blobs ride on one of their own, so that they cannot starve votes and heartbeats. */
export class CommLinks {
  private constructor(
    private readonly control: NatsConnection,
    private readonly bulk: NatsConnection,
    readonly history: RunHistory,
    private readonly options: LinkOptions,
  ) {}

  /** Connects and subscribes; when it resolves nothing sent from then on is missed. Throws AU_NATS_UNREACHABLE. */
  static async open(options: LinkOptions, handlers: LinkHandlers): Promise<CommLinks> {
    const { natsUrl, worker } = options;
    const control = await connectNats(natsUrl, { name: `${worker} control`, timeoutMs: connectMs });
    const bulk = await connectNats(natsUrl, { name: `${worker} bulk`, timeoutMs: connectMs });
    const links = new CommLinks(control, bulk, await RunHistory.open(control), options);
    links.subscribe(handlers);
    await Promise.all([control.flush(), bulk.flush()]);
    return links;
  }

  publishBlob = (subject: string, bytes: Uint8Array): void => this.bulk.publish(subject, bytes);

  sendAck = (to: number, ack: AckMessage): void => this.say(this.subjects.ack(to), ack);
  sendNeed = (to: number, need: NeedMessage): void => this.say(this.subjects.need(to), need);
  sendVote = (vote: VoteMessage): void => this.say(this.subjects.vote, vote);
  sendCommit = (notice: CommitNotice): void => this.say(this.subjects.commit, notice);
  sendHeartbeat = (beat: Heartbeat): void => this.say(this.subjects.heartbeat(this.options.rank), beat);

  /** What was said last (a verdict, a last commit) still leaves; without NATS only for a moment. */
  async close(): Promise<void> {
    const flushed = Promise.allSettled([this.control.flush(), this.bulk.flush()]);
    await Promise.race([flushed, new Promise((resolve) => setTimeout(resolve, flushMs))]);
    await Promise.allSettled([this.control.close(), this.bulk.close()]);
  }

  private get subjects() {
    return generationSubjects(this.options.run, this.options.generation);
  }

  private say(subject: string, message: unknown): void {
    if (!this.control.isClosed()) this.control.publish(subject, codec.encode(message));
  }

  private subscribe(handlers: LinkHandlers): void {
    const { rank } = this.options;
    const hear = <T>(subject: string, handle: (value: T, message: Msg) => void) =>
      this.control.subscribe(subject, {
        callback: (error, message) => {
          if (!error) handle(codec.decode(message.data) as T, message);
        },
      });
    hear<AckMessage>(this.subjects.ack(rank), (ack) => handlers.onAck(ack));
    hear<NeedMessage>(this.subjects.need(rank), (need) => handlers.onNeed(need));
    hear<CommitNotice>(this.subjects.commit, (notice) => handlers.onCommit(notice));
    hear<VoteMessage>(this.subjects.vote, (vote) => handlers.onVote(vote));
    hear<Heartbeat>(this.subjects.heartbeats, (_, { subject }) =>
      handlers.onHeartbeat(Number(subject.split('.').at(-1))),
    );
    for (const subject of [this.subjects.allBlobs, this.subjects.blobsTo(rank)]) {
      this.bulk.subscribe(subject, {
        callback: (error, message) => {
          const key = error ? null : parseBlobSubject(message.subject);
          const frame = key ? decodeChunk(message.data) : null;
          if (key && frame) handlers.onChunk(key, frame);
        },
      });
    }
    void watchBroker(this.control, handlers.onBroker);
  }
}

const codec = JSONCodec<unknown>();

async function watchBroker(connection: NatsConnection, onBroker: (connected: boolean) => void): Promise<void> {
  for await (const { type } of connection.status()) {
    if (type === 'disconnect') onBroker(false);
    if (type === 'reconnect') onBroker(true);
  }
}
