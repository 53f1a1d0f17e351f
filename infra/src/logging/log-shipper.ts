import { Writable } from 'node:stream';
import type { ObjectStore } from '../store/object-store.js';
import { nextPartNumber, partKey } from './log-keys.js';
import { LogBuffer, type LogPart } from './log-parts.js';

export interface LogShipperOptions {
  /** A part is written when it has this many bytes ... */
  partBytes?: number;
  /** ... or is this old. */
  partMs?: number;
  /** What is kept in memory while the store does not answer. */
  bufferBytes?: number;
  /** For each attempt to write a part, and for the last ones at the end. */
  timeoutMs?: number;
}

/**
 * A destination for a logger that writes NDJSON parts to `<keyPrefix>-<n>.ndjson`. Writing to it never waits: parts
 * travel beside, are tried again until the store takes them, and the last one is flushed by `end()`.
 */
export function createLogShipper(store: ObjectStore, keyPrefix: string, options: LogShipperOptions = {}): LogShipper {
  return new LogShipper(store, keyPrefix, options);
}

export class LogShipper extends Writable {
  readonly #buffer: LogBuffer;
  readonly #partBytes: number;
  readonly #timeoutMs: number;
  readonly #timer: NodeJS.Timeout;
  #shipping: Promise<void> | null = null;
  #unsent: LogPart | null = null;
  #next: number | null = null;
  #failure: unknown = null;

  constructor(
    readonly store: ObjectStore,
    readonly keyPrefix: string,
    { partBytes = 1 << 20, partMs = 10_000, bufferBytes = 16 << 20, timeoutMs = 10_000 }: LogShipperOptions,
  ) {
    super({ decodeStrings: true });
    this.#buffer = new LogBuffer(bufferBytes);
    this.#partBytes = partBytes;
    this.#timeoutMs = timeoutMs;
    this.#timer = setInterval(() => this.#ship(), partMs);
    this.#timer.unref();
  }

  /** Why the last attempt failed; null when the store took it. */
  get failure(): unknown {
    return this.#failure;
  }

  override _write(chunk: Buffer, _encoding: BufferEncoding, done: () => void): void {
    this.#buffer.add(chunk);
    // While the store is away only the timer tries again: lines must not turn into a storm of requests.
    if (this.#buffer.bytes >= this.#partBytes && this.#failure === null) this.#ship();
    done();
  }

  /** The process may end after this: at most two attempts, and what cannot be written is given up, not waited for. */
  override _final(done: (error?: Error | null) => void): void {
    clearInterval(this.#timer);
    const last = async () => {
      await this.#shipping;
      await this.#shipAll();
    };
    last().then(
      () => done(),
      () => done(),
    );
  }

  override _destroy(error: Error | null, done: (error?: Error | null) => void): void {
    clearInterval(this.#timer);
    done(error);
  }

  #ship(): void {
    this.#shipping ??= this.#shipAll().finally(() => {
      this.#shipping = null;
    });
  }

  /** Writes part after part until none is left or one fails; a part that failed keeps its number and is tried first next time. */
  async #shipAll(): Promise<void> {
    try {
      for (;;) {
        this.#unsent ??= this.#buffer.take(this.#partBytes, new Date());
        if (!this.#unsent) break;
        const signal = AbortSignal.timeout(this.#timeoutMs);
        this.#next ??= await nextPartNumber(this.store, this.keyPrefix, signal);
        await this.store.put(partKey(this.keyPrefix, this.#next), this.#unsent.text, signal);
        this.#next++;
        this.#unsent = null;
      }
      this.#failure = null;
    } catch (error) {
      this.#failure = error;
    }
  }
}
