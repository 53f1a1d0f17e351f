import type { BlobKey, BlobKind } from '@auseq/proto/subjects';
import { Assembly } from './assembly.js';
import {
  type AckMessage,
  ackEvery,
  creditFreeBytes,
  keyText,
  type NearMessage,
  type NeedMessage,
} from './blob-messages.js';
import type { BufferPool } from './buffer-pool.js';
import { type ChunkFrame, chunkCount } from './chunk-frame.js';
import type { SharedMemory } from './shared-memory.js';

export interface InboxOptions {
  readonly rank: () => number;
  /** Who holds a blob that is missing. */
  readonly holderOf: (key: BlobKey) => number;
  readonly memory: () => SharedMemory | null;
  /** Of sums, which nobody looks at once their step is over. */
  readonly pool: BufferPool;
  readonly sendAck: (to: number, ack: AckMessage) => void;
  readonly sendNeed: (to: number, need: NeedMessage) => void;
}

interface Want {
  readonly key: BlobKey;
  resolve(bytes: Uint8Array): void;
  reject(error: unknown): void;
  lastMoveAt: number;
  patienceMs: number;
}

/** A blob of which nothing came for this long is asked for; the pauses double up to the longest one. */
const firstPatienceMs = 250;
const longestPatienceMs = 2_000;
const missingAtOnce = 64;
/** Steps that peers can be ahead by: the one in work and the prefetched one, and one for safety. */
const stepsAhead = 3;

/** Blobs as they arrive: put together, acknowledged, asked for again, and handed to whoever waits for them. */
export class BlobInbox {
  private readonly assemblies = new Map<string, Assembly>();
  private readonly whole = new Map<string, { key: BlobKey; bytes: Uint8Array; at: number }>();
  private readonly wants = new Map<string, Want[]>();
  /** Null until the first commit: the state may start at any step, and peers cannot run ahead without this member's vote. */
  private releasedUpTo: number | null = null;

  constructor(private readonly options: InboxOptions) {}

  /** A blob this member made itself. */
  put(key: BlobKey, bytes: Uint8Array, now: number): void {
    const text = keyText(key);
    this.assemblies.delete(text);
    this.whole.set(text, { key, bytes, at: this.whole.get(text)?.at ?? now });
    for (const want of this.wants.get(text) ?? []) want.resolve(bytes);
    this.wants.delete(text);
  }

  onChunk(key: BlobKey, frame: ChunkFrame, now: number): void {
    if (frame.from === this.options.rank() || !this.isDue(key.step)) return;
    const text = keyText(key);
    const whole = this.whole.get(text);
    if (whole) {
      this.acknowledge(frame, key, chunkCount(frame.total));
      return;
    }
    const assembly = this.assemblies.get(text) ?? new Assembly(this.room(key, frame.total));
    this.assemblies.set(text, assembly);
    const isNew = assembly.add(frame);
    const { complete, received } = assembly;
    if (isNew) for (const want of this.wants.get(text) ?? []) want.lastMoveAt = now;
    if (!isNew || complete || received % ackEvery === 0) this.acknowledge(frame, key, received);
    if (isNew && complete) this.put(key, assembly.bytes, now);
  }

  /** A blob that lies in memory; where it cannot be read it is asked for, as any that does not come. */
  onNear({ key, path, name, size }: NearMessage, now: number): void {
    if (!this.isDue(key.step) || this.whole.has(keyText(key))) return;
    const target = this.room(key, size);
    const bytes = this.options.memory()?.read(path, name, target);
    if (bytes) this.put(key, bytes, now);
    else this.options.pool.give(target);
  }

  take(key: BlobKey, now: number): Promise<Uint8Array> {
    const text = keyText(key);
    const whole = this.whole.get(text);
    if (whole) return Promise.resolve(whole.bytes);
    return new Promise((resolve, reject) => {
      const want: Want = { key, resolve, reject, lastMoveAt: now, patienceMs: firstPatienceMs };
      this.wants.set(text, [...(this.wants.get(text) ?? []), want]);
    });
  }

  /** To be called regularly: asks holders for what does not come. */
  askForMissing(now: number): void {
    for (const [text, [want]] of this.wants) {
      if (!want || now - want.lastMoveAt < want.patienceMs) continue;
      want.lastMoveAt = now;
      want.patienceMs = Math.min(longestPatienceMs, want.patienceMs * 2);
      const missing = this.assemblies.get(text)?.missing(missingAtOnce) ?? null;
      const holder = this.options.holderOf(want.key);
      if (holder !== this.options.rank()) {
        this.options.sendNeed(holder, { from: this.options.rank(), key: want.key, missing });
      }
    }
  }

  get waiting(): boolean {
    return this.wants.size > 0;
  }

  fail(error: unknown): void {
    for (const wants of this.wants.values()) for (const want of wants) want.reject(error);
    this.wants.clear();
  }

  /**
   * A new membership: what a leaf contributed stays valid whoever computed it (PROTOCOL 10); sums over members, states and
   * halves do not. Waits are rejected.
   */
  regroup(error: unknown): void {
    this.fail(error);
    this.assemblies.clear();
    for (const [text, { key }] of this.whole) if (!ofLeaf.includes(key.kind)) this.forget(text);
  }

  /** The next state may be of any step. */
  awaitState(): void {
    this.releasedUpTo = null;
  }

  /** When a blob was whole here. */
  arrivedAt(key: BlobKey): number | undefined {
    return this.whole.get(keyText(key))?.at;
  }

  /** The contributions of leaves that are whole here. */
  leafBlobs(): readonly { readonly key: BlobKey; readonly bytes: Uint8Array }[] {
    return [...this.whole.values()].filter(({ key }) => ofLeaf.includes(key.kind));
  }

  /** Forgets everything up to `step`; what still arrives of it is ignored. */
  release(step: number): void {
    this.releasedUpTo = Math.max(this.releasedUpTo ?? step, step);
    for (const text of this.assemblies.keys()) if (stepOf(text) <= step) this.assemblies.delete(text);
    for (const [text, { key }] of this.whole) if (key.step <= step) this.forget(text);
  }

  /** Shared: another thread may have it without a copy. */
  private room({ kind }: BlobKey, size: number): Uint8Array {
    return ofSums.includes(kind) ? this.options.pool.take(size) : new Uint8Array(new SharedArrayBuffer(size));
  }

  private forget(text: string): void {
    const { key, bytes } = this.whole.get(text)!;
    this.whole.delete(text);
    // The main thread may still look at what it was given of leaves and states.
    if (ofSums.includes(key.kind)) this.options.pool.give(bytes);
  }

  private isDue(step: number): boolean {
    const last = this.releasedUpTo;
    return last === null || (step > last && step <= last + 1 + stepsAhead);
  }

  private acknowledge({ from, total }: ChunkFrame, key: BlobKey, received: number): void {
    if (total < creditFreeBytes) return;
    this.options.sendAck(from, { from: this.options.rank(), key, received });
  }
}

const ofLeaf: readonly BlobKind[] = ['features', 'gradient', 'record'];
const ofSums: readonly BlobKind[] = ['part', 'host', 'sum'];
const stepOf = (text: string) => Number(text.split('.')[1]);
