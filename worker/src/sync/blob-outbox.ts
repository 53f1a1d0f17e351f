import { type BlobKey, generationSubjects } from '@auseq/proto/subjects';
import {
  type AckMessage,
  creditFreeBytes,
  keyText,
  laneWindow,
  type NearMessage,
  type NeedMessage,
} from './blob-messages.js';
import { chunkBytes, chunkCount, encodeChunk } from './chunk-frame.js';
import { ranksOn } from './plan-reduce.js';
import { SendLane } from './send-lane.js';
import type { SharedMemory } from './shared-memory.js';

export interface OutboxOptions {
  readonly run: string;
  readonly generation: number;
  readonly rank: number;
  /** By rank: members with the same one share their memory. */
  readonly hosts: readonly string[];
  readonly memory: SharedMemory | null;
  readonly sendNear: (to: number, message: NearMessage) => void;
  readonly publish: (subject: string, frame: readonly Uint8Array[]) => void;
  readonly now: () => number;
}

/** Chunks sent again for one request; the next request asks for the rest. */
const resendAtOnce = 16;

/** One member, all others, or all others that do not share this one's memory. */
type Receivers = number | 'all' | 'far';

/**
 * What this member has sent and must be able to send again until the step is over. Large blobs reach members that share
 * its memory through that; where this fails, and for all that is asked for again, they travel over the broker.
 */
export class BlobOutbox {
  private readonly held = new Map<string, { key: BlobKey; blob: Uint8Array; to: Receivers; path: string | null }>();
  private readonly lanes = new Map<Receivers, SendLane>();
  private readonly others: readonly number[];
  private readonly near: readonly number[];
  private readonly subjects: ReturnType<typeof generationSubjects>;

  constructor(private readonly options: OutboxOptions) {
    const { run, generation, rank, hosts } = options;
    this.subjects = generationSubjects(run, generation);
    this.others = hosts.flatMap((_, each) => (each === rank ? [] : [each]));
    this.near = options.memory ? this.others.filter((each) => hosts[each] === hosts[rank]) : [];
  }

  toAll(key: BlobKey, blob: Uint8Array): void {
    if (this.others.length > 0) this.send('all', key, blob);
  }

  toOne(rank: number, key: BlobKey, blob: Uint8Array): void {
    this.send(rank, key, blob);
  }

  onAck({ from, key, received }: AckMessage): void {
    const to = this.find(key, from)?.to;
    if (to !== undefined) this.lanes.get(to)?.ack(from, key, received, this.options.now());
  }

  onNeed({ from, key, missing }: NeedMessage): void {
    const held = this.find(key, from);
    if (!held) return;
    const indexes = missing ?? Array.from({ length: chunkCount(held.blob.byteLength) }, (_, index) => index);
    for (const index of indexes.slice(0, resendAtOnce)) {
      this.options.publish(this.subjects.toOne(from, key), encodeChunk(this.options.rank, index, held.blob));
    }
  }

  probe(): void {
    for (const lane of this.lanes.values()) lane.probe(this.options.now());
  }

  /** Everything up to `step` is committed everywhere: it need not be sent again. */
  release(step: number): void {
    for (const [text, { key }] of this.held) if (key.step <= step) this.forget(text, 'reuse');
    for (const lane of this.lanes.values()) lane.release(step, this.options.now());
  }

  /** Another membership begins: nothing of this one is asked for any more. */
  end(): void {
    for (const text of this.held.keys()) this.forget(text, 'remove');
  }

  private send(to: number | 'all', key: BlobKey, blob: Uint8Array): void {
    const text = heldKey(key, to);
    this.forget(text, 'remove'); // sent before
    if (blob.byteLength < creditFreeBytes) {
      this.held.set(text, { key, blob, to, path: null });
      this.publishChunk(to, key, blob, 0);
      return;
    }
    const near = to === 'all' ? this.near : this.near.filter((rank) => rank === to);
    const name = `${this.options.generation}.${text}`;
    const path = near.length > 0 ? (this.options.memory?.write(name, blob) ?? null) : null;
    const far = path !== null && to === 'all' ? 'far' : to;
    this.held.set(text, { key, blob, to: far, path });
    if (path !== null) {
      const { rank: from, sendNear } = this.options;
      for (const rank of near) sendNear(rank, { from, key, path, name, size: blob.byteLength });
      if (near.length === (to === 'all' ? this.others.length : 1)) return;
    }
    this.lane(far).send(key, blob, this.options.now());
  }

  private forget(text: string, how: 'reuse' | 'remove'): void {
    const path = this.held.get(text)?.path;
    if (path) this.options.memory?.[how](path);
    this.held.delete(text);
  }

  private find(key: BlobKey, from: number) {
    return this.held.get(heldKey(key, from)) ?? this.held.get(heldKey(key, 'all'));
  }

  private publishChunk(to: Receivers, key: BlobKey, blob: Uint8Array, index: number): void {
    this.options.publish(this.subjectOf(to, key), encodeChunk(this.options.rank, index, blob));
  }

  private subjectOf(to: Receivers, key: BlobKey): string {
    const { hosts, rank } = this.options;
    if (to === 'all') return this.subjects.toAll(key);
    return to === 'far' ? this.subjects.toFar(ranksOn(hosts, hosts[rank]!)[0]!, key) : this.subjects.toOne(to, key);
  }

  private lane(to: Receivers): SendLane {
    const { others, near, options } = this;
    const far = others.filter((each) => !near.includes(each));
    let lane = this.lanes.get(to);
    if (!lane) {
      lane = new SendLane({
        receivers: to === 'all' ? others : to === 'far' ? far : [to],
        window: laneWindow(options.hosts.length, chunkBytes),
        publish: (key, blob, index) => this.publishChunk(to, key, blob, index),
      });
      this.lanes.set(to, lane);
    }
    return lane;
  }
}

const heldKey = (key: BlobKey, to: Receivers) => `${to}.${keyText(key)}`;
