import type { BlobKey } from '@auseq/proto/subjects';
import { keyText } from './blob-messages.js';
import { chunkCount } from './chunk-frame.js';

interface Outgoing {
  readonly key: BlobKey;
  readonly blob: Uint8Array;
  readonly chunks: number;
  sent: number;
  /** Chunks that each receiver has. */
  readonly acked: Map<number, number>;
}

export interface LaneOptions {
  readonly receivers: readonly number[];
  /** Chunks that may be on the way to the slowest receiver. */
  readonly window: number;
  readonly publish: (key: BlobKey, blob: Uint8Array, index: number) => void;
}

/** After this without an ack a blocked lane sends its oldest unseen chunk again. */
const probeAfterMs = 500;

/** Large blobs on their way to the same receivers, one after the other, never more than a window ahead of the slowest. */
export class SendLane {
  private readonly queue: Outgoing[] = [];
  private lastMoveAt = 0;

  constructor(private readonly options: LaneOptions) {}

  send(key: BlobKey, blob: Uint8Array, now: number): void {
    const acked = new Map(this.options.receivers.map((rank) => [rank, 0]));
    this.queue.push({ key, blob, chunks: chunkCount(blob.byteLength), sent: 0, acked });
    this.pump(now);
  }

  ack(from: number, key: BlobKey, received: number, now: number): void {
    const outgoing = this.queue.find((each) => keyText(each.key) === keyText(key));
    const before = outgoing?.acked.get(from);
    if (!outgoing || before === undefined || received <= before) return;
    outgoing.acked.set(from, received);
    this.pump(now);
  }

  /** Forgets blobs of steps up to `step`. */
  release(step: number, now: number): void {
    for (let index = this.queue.length - 1; index >= 0; index--) {
      if (this.queue[index]!.key.step <= step) this.queue.splice(index, 1);
    }
    this.pump(now);
  }

  /** To be called regularly: a lost ack must not block the lane for ever. */
  probe(now: number): void {
    const oldest = this.queue[0];
    if (!oldest || oldest.sent === 0 || now - this.lastMoveAt < probeAfterMs) return;
    this.lastMoveAt = now;
    this.options.publish(oldest.key, oldest.blob, Math.min(oldest.sent, slowest(oldest) + 1) - 1);
  }

  private pump(now: number): void {
    while (this.queue[0] && slowest(this.queue[0]) === this.queue[0].chunks) this.queue.shift();
    let onTheWay = this.queue.reduce((sum, each) => sum + each.sent - slowest(each), 0);
    for (const each of this.queue) {
      while (each.sent < each.chunks && onTheWay < this.options.window) {
        this.options.publish(each.key, each.blob, each.sent++);
        onTheWay++;
      }
    }
    this.lastMoveAt = now;
  }
}

function slowest({ acked }: Outgoing): number {
  let least = Number.POSITIVE_INFINITY;
  for (const count of acked.values()) least = Math.min(least, count);
  return least;
}
