import { AuseqError } from '@auseq/proto/errors';
import type { Heartbeat } from '@auseq/proto/heartbeat-rules';
import type { CommitNotice, GenerationRecord, HistoryRecord } from '@auseq/proto/run-records';
import { parseBlobSubject, parseGenerationSubject } from '@auseq/proto/subjects';
import { decodeChunk } from '@auseq/worker/sync/chunk-frame';
import type { LinkHandlers, LinkOptions, Links } from '@auseq/worker/sync/links';
import { between, type Random } from './random.js';
import type { SimProcess } from './sim-process.js';
import type { VirtualClock } from './virtual-clock.js';

export interface NetworkFaults {
  /** Of messages that are lost, and of answers of the history that are lost though it wrote. */
  readonly loss: number;
  readonly answersLost: number;
}

interface Client {
  readonly process: SimProcess;
  readonly handlers: LinkHandlers;
  generation: number;
  rank: number;
  closed: boolean;
}

export interface CoordinatorEars {
  readonly process: SimProcess;
  onHeartbeat(generation: number, beat: Heartbeat): void;
  onMembership(record: GenerationRecord): void;
}

/** NATS for one run: subjects that lose, delay and reorder, and a history that compares and swaps. */
export class SimNetwork {
  readonly records: HistoryRecord[] = [];
  private readonly clients = new Set<Client>();
  private readonly cut = new Map<SimProcess, number>();
  private downUntil = 0;
  ears: CoordinatorEars | null = null;

  constructor(
    private readonly clock: VirtualClock,
    private readonly random: Random,
    private readonly faults: NetworkFaults,
  ) {}

  /** Nobody reaches the broker. */
  restart(ms: number): void {
    this.downUntil = this.clock.now() + ms;
    this.interrupt([...this.clients], ms);
  }

  /** One process does not reach it. */
  partition(process: SimProcess, ms: number): void {
    this.cut.set(process, this.clock.now() + ms);
    this.interrupt(
      [...this.clients].filter((client) => client.process === process),
      ms,
    );
  }

  historyOf(process: SimProcess): Links['history'] {
    const answer = async <T>(work: () => T): Promise<T> => {
      await process.pause(this.latency());
      if (!this.reaches(process)) throw away();
      const value = work();
      await process.pause(this.latency());
      if (!this.reaches(process) || this.random() < this.faults.answersLost) throw away();
      return value;
    };
    return {
      last: () => answer(() => this.last()),
      append: (record, expected) => answer(() => (expected === this.records.length ? this.records.push(record) : null)),
      publishEvent: () => answer(() => {}),
    };
  }

  openOf(process: SimProcess): (options: LinkOptions, handlers: LinkHandlers) => Promise<Links> {
    return async (_, handlers) => {
      const client: Client = { process, handlers, generation: 0, rank: -1, closed: false };
      this.clients.add(client);
      // Subjects name the generation that a message was sent in.
      const group = (call: (to: LinkHandlers) => void) => {
        const { generation } = client;
        this.send(process, (to) => to.generation === generation, call);
      };
      const one = (rank: number, call: (to: LinkHandlers) => void) => {
        const { generation } = client;
        this.send(process, (to) => to.generation === generation && to.rank === rank, call);
      };
      return {
        history: this.historyOf(process),
        memory: null,
        enter({ generation, rank }) {
          client.generation = generation;
          client.rank = rank;
        },
        publishBlob: (subject, parts) => {
          const key = parseBlobSubject(subject)!;
          const frame = decodeChunk(Buffer.concat(parts))!;
          const { generation } = parseGenerationSubject(subject)!;
          const rank = subject.split('.')[3] === 'to' ? Number(subject.split('.')[4]) : null;
          const hears = (to: Client) => to.generation === generation && (rank === null || to.rank === rank);
          this.send(process, hears, (to) => to.onChunk(key, frame));
        },
        leave() {
          client.generation = -1;
        },
        sendNear: () => {},
        sendAck: (to, ack) => one(to, (handlers) => handlers.onAck(ack)),
        sendNeed: (to, need) => one(to, (handlers) => handlers.onNeed(need)),
        sendVote: (vote) => group((to) => to.onVote(vote)),
        sendCommit: (notice: CommitNotice) => group((to) => to.onCommit(notice)),
        sendHeartbeat: (beat) => {
          const { generation, rank } = client;
          if (generation > 0) group((to) => to.onHeartbeat(rank));
          this.tell(process, (ears) => ears.onHeartbeat(generation, beat));
        },
        sendMembership: (record) => this.publishMembership(process, record),
        close: async () => {
          client.closed = true;
          this.clients.delete(client);
        },
      };
    };
  }

  publishMembership(from: SimProcess, record: GenerationRecord): void {
    this.send(
      from,
      () => true,
      (to) => to.onMembership(record),
    );
    this.tell(from, (ears) => ears.onMembership(record));
  }

  private last() {
    const record = this.records.at(-1);
    return record ? { record, sequence: this.records.length } : null;
  }

  private send(from: SimProcess, hears: (to: Client) => boolean, call: (to: LinkHandlers) => void): void {
    if (!this.reaches(from)) return;
    for (const client of this.clients)
      this.carry(client.process, () => !client.closed && hears(client) && call(client.handlers));
  }

  private tell(from: SimProcess, call: (ears: CoordinatorEars) => void): void {
    const { ears } = this;
    if (ears && this.reaches(from)) this.carry(ears.process, () => call(ears));
  }

  private carry(to: SimProcess, call: () => void): void {
    if (this.random() < this.faults.loss) return;
    this.clock.after(this.latency(), () => {
      if (this.reaches(to)) to.take(call);
    });
  }

  private interrupt(clients: readonly Client[], ms: number): void {
    for (const { process, handlers } of clients) {
      process.take(() => handlers.onBroker(false));
      this.clock.after(ms + this.latency(), () => this.reaches(process) && process.take(() => handlers.onBroker(true)));
    }
  }

  private reaches(process: SimProcess): boolean {
    const now = this.clock.now();
    return !process.dead && now >= this.downUntil && now >= (this.cut.get(process) ?? 0);
  }

  private latency(): number {
    return this.random() < 0.05 ? between(this.random, 5, 80) : between(this.random, 0.1, 3);
  }
}

function away(): AuseqError {
  return new AuseqError('AU_NATS_UNREACHABLE', { what: 'no answer', why: 'simulated', try: 'wait' });
}
