import { randomBytes } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { type FileHandle, mkdir, open, readdir, readFile, rename, rm, rmdir, stat } from 'node:fs/promises';
import { dirname, join, sep } from 'node:path';
import { pathToFileURL } from 'node:url';
import { abortable } from './abortable.js';
import { folderFailure, isMissing, objectNotFound } from './folder-errors.js';
import { listFolder } from './folder-list.js';
import { checkKey, checkPrefix, partsFolder } from './object-key.js';
import type { ObjectStore, StoredObject } from './object-store.js';

const abandonedAfterMs = 24 * 3600 * 1000;
const mkdirAttempts = 10;

/** A store in a folder: an object is written under `.parts/`, synced and renamed, so that it appears whole or not at all. */
export async function openFolderStore(root: string): Promise<ObjectStore> {
  const store = new FolderStore(root);
  await store.prepare();
  return store;
}

class FolderStore implements ObjectStore {
  readonly url: string;
  readonly #parts: string;

  constructor(readonly root: string) {
    this.url = pathToFileURL(root).href;
    this.#parts = join(root, partsFolder);
  }

  /** Makes the folder, and removes what writers that were killed long ago left behind. */
  async prepare(): Promise<void> {
    await this.#guard('open', '', async () => {
      await mkdir(this.#parts, { recursive: true });
      for (const name of await readdir(this.#parts)) {
        const file = join(this.#parts, name);
        const found = await stat(file).catch(() => null);
        if (found && Date.now() - found.mtimeMs > abandonedAfterMs) await rm(file, { force: true });
      }
    });
  }

  put(key: string, data: Uint8Array | AsyncIterable<Uint8Array>, signal?: AbortSignal): Promise<void> {
    return this.#guard('write', key, async () => {
      const part = join(this.#parts, `${process.pid}-${randomBytes(8).toString('hex')}`);
      try {
        await writeSynced(part, data, signal);
        await this.#place(part, this.#file(key));
      } finally {
        await rm(part, { force: true });
      }
    });
  }

  get(key: string, signal?: AbortSignal): Promise<Uint8Array> {
    return this.#guard('read', key, () => readFile(this.#file(key), { signal }));
  }

  getStream(key: string, signal?: AbortSignal): Promise<AsyncIterable<Uint8Array>> {
    return this.#guard('read', key, async () => {
      signal?.throwIfAborted();
      const handle = await open(this.#file(key));
      if ((await handle.stat()).isDirectory()) {
        await handle.close();
        throw objectNotFound(key, this.url);
      }
      return createReadStream('', { fd: handle, signal: signal ?? undefined, highWaterMark: 1 << 20 });
    });
  }

  async *list(prefix: string, signal?: AbortSignal): AsyncIterable<StoredObject> {
    checkPrefix(prefix);
    try {
      yield* listFolder(this.root, prefix, signal);
    } catch (error) {
      throw folderFailure('list', prefix, this.url, error, signal);
    }
  }

  stat(key: string, signal?: AbortSignal): Promise<StoredObject | null> {
    return this.#guard('look at', key, async () => {
      signal?.throwIfAborted();
      const found = await stat(this.#file(key)).catch((error: unknown) => {
        if (isMissing(error)) return null;
        throw error;
      });
      return found?.isFile() ? { key, bytes: found.size } : null;
    });
  }

  remove(key: string, signal?: AbortSignal): Promise<void> {
    return this.#guard('remove', key, async () => {
      signal?.throwIfAborted();
      const file = this.#file(key);
      const found = await stat(file).catch(() => null);
      if (!found?.isFile()) return;
      await rm(file, { force: true });
      await this.#pruneAbove(file);
    });
  }

  #file(key: string): string {
    return join(this.root, ...key.split('/'));
  }

  /** Another process may prune the folder between mkdir and rename: then both are done again. */
  async #place(part: string, file: string): Promise<void> {
    for (let attempt = 1; ; attempt++) {
      try {
        await mkdir(dirname(file), { recursive: true });
        await rename(part, file);
        await syncFolder(dirname(file));
        return;
      } catch (error) {
        if (!isMissing(error) || attempt === mkdirAttempts) throw error;
      }
    }
  }

  async #pruneAbove(file: string): Promise<void> {
    for (let folder = dirname(file); folder.startsWith(this.root + sep); folder = dirname(folder)) {
      try {
        await rmdir(folder);
      } catch {
        return;
      }
    }
  }

  async #guard<T>(verb: string, key: string, work: () => Promise<T>): Promise<T> {
    if (verb !== 'open') checkKey(key);
    try {
      return await work();
    } catch (error) {
      throw folderFailure(verb, key, this.url, error);
    }
  }
}

async function writeSynced(
  file: string,
  data: Uint8Array | AsyncIterable<Uint8Array>,
  signal?: AbortSignal,
): Promise<void> {
  const handle = await open(file, 'wx');
  try {
    if (data instanceof Uint8Array) await writeAll(handle, data, signal);
    else for await (const chunk of abortable(data, signal)) await writeAll(handle, chunk, signal);
    signal?.throwIfAborted();
    await handle.sync();
  } finally {
    await handle.close();
  }
}

const sliceBytes = 16 << 20;

/** Writes in slices, so that an abort is heard within one. */
async function writeAll(handle: FileHandle, data: Uint8Array, signal?: AbortSignal): Promise<void> {
  for (let at = 0; at < data.byteLength; ) {
    signal?.throwIfAborted();
    const { bytesWritten } = await handle.write(data, at, Math.min(sliceBytes, data.byteLength - at));
    at += bytesWritten;
  }
}

async function syncFolder(folder: string): Promise<void> {
  const handle = await open(folder);
  try {
    await handle.sync();
  } finally {
    await handle.close();
  }
}
