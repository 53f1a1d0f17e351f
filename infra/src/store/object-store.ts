/** Bytes under slash-separated keys; every object is written once and appears whole or not at all. */
export interface ObjectStore {
  readonly url: string;
  /** Writes an object; a reader never sees a part of it. */
  put(key: string, data: Uint8Array | AsyncIterable<Uint8Array>, signal?: AbortSignal): Promise<void>;
  /** Throws AU_OBJECT_NOT_FOUND where there is none. */
  get(key: string, signal?: AbortSignal): Promise<Uint8Array>;
  getStream(key: string, signal?: AbortSignal): Promise<AsyncIterable<Uint8Array>>;
  /** Every object whose key starts with `prefix`, in key order. */
  list(prefix: string, signal?: AbortSignal): AsyncIterable<StoredObject>;
  stat(key: string, signal?: AbortSignal): Promise<StoredObject | null>;
  /** Removing what is not there is no error. */
  remove(key: string, signal?: AbortSignal): Promise<void>;
}

export interface StoredObject {
  key: string;
  bytes: number;
}
