import { type BlobKey, generationSubjects } from '@auseq/proto/subjects';
import { type AckMessage, creditFreeBytes, keyText, laneWindow, type NeedMessage } from './blob-messages.js';
import { chunkBytes, chunkCount, encodeChunk } from './chunk-frame.js';
import { SendLane } from './send-lane.js';

export interface OutboxOptions {
  readonly run: string;
  readonly generation: number;
  readonly rank: number;
  readonly members: number;
  readonly publish: (subject: string, bytes: Uint8Array) => void;
  readonly now: () => number;
}

/** Chunks sent again for one request; the next request asks for the rest. */
const resendAtOnce = 16;

/** What this member has sent and must be able to send again until the step is over. */
export class BlobOutbox {
  private readonly held = new Map<string, { key: BlobKey; blob: Uint8Array; to: number | 'all' }>();
  private readonly lanes = new Map<number | 'all', SendLane>();
  private readonly subjects: ReturnType<typeof generationSubjects>;

  constructor(private readonly options: OutboxOptions) {
    this.subjects = generationSubjects(options.run, options.generation);
  }

  toAll(key: BlobKey, blob: Uint8Array): void {
    if (this.options.members > 1) this.send('all', key, blob);
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
    for (const [text, { key }] of this.held) if (key.step <= step) this.held.delete(text);
    for (const lane of this.lanes.values()) lane.release(step, this.options.now());
  }

  private send(to: number | 'all', key: BlobKey, blob: Uint8Array): void {
    this.held.set(heldKey(key, to), { key, blob, to });
    if (blob.byteLength < creditFreeBytes) this.publishChunk(to, key, blob, 0);
    else this.lane(to).send(key, blob, this.options.now());
  }

  private find(key: BlobKey, from: number) {
    return this.held.get(heldKey(key, from)) ?? this.held.get(heldKey(key, 'all'));
  }

  private publishChunk(to: number | 'all', key: BlobKey, blob: Uint8Array, index: number): void {
    const subject = to === 'all' ? this.subjects.toAll(key) : this.subjects.toOne(to, key);
    this.options.publish(subject, encodeChunk(this.options.rank, index, blob));
  }

  private lane(to: number | 'all'): SendLane {
    const { rank, members } = this.options;
    const others = Array.from({ length: members }, (_, each) => each).filter((each) => each !== rank);
    let lane = this.lanes.get(to);
    if (!lane) {
      lane = new SendLane({
        receivers: to === 'all' ? others : [to],
        window: laneWindow(members, chunkBytes),
        publish: (key, blob, index) => this.publishChunk(to, key, blob, index),
      });
      this.lanes.set(to, lane);
    }
    return lane;
  }
}

const heldKey = (key: BlobKey, to: number | 'all') => `${to}/${keyText(key)}`;
