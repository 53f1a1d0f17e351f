import type { Readable } from 'node:stream';
import { Client } from 'minio';
import { checkKey, checkPrefix } from './object-key.js';
import type { ObjectStore, StoredObject } from './object-store.js';
import { createServerClock } from './s3-clock.js';
import { isNoSuchKey, s3Failure } from './s3-errors.js';
import { s3Agent, s3Transport, withSignal } from './s3-transport.js';
import { upload } from './s3-upload.js';
import type { S3Place } from './s3-url.js';

/** A store in a bucket of MinIO or of any S3 server; an object appears when its upload is complete. */
export async function openS3Store(url: string, place: S3Place, signal?: AbortSignal): Promise<ObjectStore> {
  const store = new S3Store(url, place);
  await store.prepare(signal);
  return store;
}

class S3Store implements ObjectStore {
  readonly #client: Client;
  readonly #clock = createServerClock();

  constructor(
    readonly url: string,
    readonly place: S3Place,
  ) {
    this.#client = new Client({
      endPoint: place.host,
      port: place.port,
      useSSL: place.tls,
      region: place.region,
      accessKey: place.accessKey,
      secretKey: place.secretKey,
      transport: s3Transport(place, this.#clock),
      transportAgent: s3Agent(place.tls),
      // Callers decide on retries: a second attempt inside one would break their deadlines.
      retryOptions: { disableRetry: true },
    });
  }

  /** Makes the bucket when it is missing; another process may do so at the same time. */
  prepare(signal?: AbortSignal): Promise<void> {
    return this.#call('open', '', signal, async () => {
      const { bucket, region } = this.place;
      if (await this.#bucketExists()) return;
      await this.#client.makeBucket(bucket, region).catch(async (error: unknown) => {
        if (!(await this.#client.bucketExists(bucket))) throw error;
      });
    });
  }

  /** The first question: where it is refused for the time that it was asked at, the answer tells the server's, and all later ones have that. */
  #bucketExists(): Promise<boolean> {
    const { bucket } = this.place;
    return this.#client.bucketExists(bucket).catch((error: unknown) => {
      if (this.#clock.surprises() === 0) throw error;
      return this.#client.bucketExists(bucket);
    });
  }

  put(key: string, data: Uint8Array | AsyncIterable<Uint8Array>, signal?: AbortSignal): Promise<void> {
    checkKey(key);
    return this.#call('write', key, signal, () =>
      upload(this.#client, this.place.bucket, this.#name(key), data, signal),
    );
  }

  get(key: string, signal?: AbortSignal): Promise<Uint8Array> {
    checkKey(key);
    return this.#call('read', key, signal, async () => {
      const chunks: Uint8Array[] = [];
      for await (const chunk of await this.#client.getObject(this.place.bucket, this.#name(key)))
        chunks.push(chunk as Buffer);
      return Buffer.concat(chunks);
    });
  }

  async getStream(key: string, signal?: AbortSignal): Promise<AsyncIterable<Uint8Array>> {
    checkKey(key);
    const stream = await this.#call('read', key, signal, () =>
      this.#client.getObject(this.place.bucket, this.#name(key)),
    );
    return this.#coded(key, stream, signal);
  }

  async *list(prefix: string, signal?: AbortSignal): AsyncIterable<StoredObject> {
    checkPrefix(prefix);
    const found = await this.#call('list', prefix, signal, async () =>
      this.#client.listObjectsV2(this.place.bucket, this.#name(prefix), true),
    );
    const iterator = found[Symbol.asyncIterator]();
    while (true) {
      // Every page is one more request: each is made under the caller's signal.
      const next = await this.#call('list', prefix, signal, () => iterator.next());
      if (next.done) return;
      const item = next.value as { name?: string; size: number };
      if (item.name !== undefined) yield { key: item.name.slice(this.place.prefix.length), bytes: item.size };
    }
  }

  stat(key: string, signal?: AbortSignal): Promise<StoredObject | null> {
    checkKey(key);
    return this.#call('look at', key, signal, async () => {
      try {
        const found = await this.#client.statObject(this.place.bucket, this.#name(key));
        return { key, bytes: found.size };
      } catch (error) {
        if (isNoSuchKey(error)) return null;
        throw error;
      }
    });
  }

  remove(key: string, signal?: AbortSignal): Promise<void> {
    checkKey(key);
    return this.#call('remove', key, signal, () => this.#client.removeObject(this.place.bucket, this.#name(key)));
  }

  #name(key: string): string {
    return this.place.prefix + key;
  }

  async *#coded(key: string, stream: Readable, signal?: AbortSignal): AsyncIterable<Uint8Array> {
    try {
      yield* stream as AsyncIterable<Uint8Array>;
    } catch (error) {
      throw s3Failure('read', key, this.url, error, signal);
    }
  }

  async #call<T>(verb: string, key: string, signal: AbortSignal | undefined, work: () => Promise<T>): Promise<T> {
    try {
      return await withSignal(signal, work);
    } catch (error) {
      throw s3Failure(verb, key, this.url, error, signal);
    }
  }
}
