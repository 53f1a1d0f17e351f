import { randomUUID } from 'node:crypto';
import {
  closeSync,
  existsSync,
  linkSync,
  mkdirSync,
  mkdtempSync,
  openSync,
  readdirSync,
  readFileSync,
  readlinkSync,
  readSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';

/** Blobs that processes of one host give each other as files in memory, past the broker. */
export interface SharedMemory {
  /** The file's path, or null where the memory has no room (a container may have little of it). */
  write(name: string, bytes: Uint8Array): string | null;
  /** Null where the file is gone or has another size. In shared memory: another thread may have it without a copy. */
  read(path: string, size: number): Uint8Array | null;
  remove(path: string): void;
  /** Removes all that was written. */
  close(): void;
}

/** Files here are pages of memory, on Linux. */
const memory = '/dev/shm';
const folder = join(memory, `auseq-${process.getuid?.() ?? 0}`);

/**
 * What processes that share this memory have in common and no others: a random name that the first of them left in it.
 * Empty where there is none, or where AUSEQ_SHARED_MEMORY=off says that all shall travel over the broker.
 */
export function sharedMemoryId(): string {
  if (process.env.AUSEQ_SHARED_MEMORY === 'off') return '';
  const path = join(folder, 'id');
  try {
    mkdirSync(folder, { recursive: true, mode: 0o700 });
    const mine = `${path}-${randomUUID()}`;
    writeFileSync(mine, randomUUID().slice(0, 8));
    try {
      linkSync(mine, path); // fails where another process was first
    } catch {}
    rmSync(mine);
    return readFileSync(path, 'utf8');
  } catch {
    return '';
  }
}

/** The memory that this process shares with others, after what dead processes left in it was removed; null where there is none. */
export function openSharedMemory(): SharedMemory | null {
  if (sharedMemoryId() === '') return null;
  for (const name of readdirSync(folder)) if (isOfDead(name)) clear(name);
  const own = mkdtempSync(join(folder, prefixOf(process.pid)));
  return {
    write(name, bytes) {
      const path = join(own, name);
      try {
        writeFileSync(path, bytes);
        return path;
      } catch {
        rmSync(path, { force: true });
        return null;
      }
    },
    read,
    remove: (path) => rmSync(path, { force: true }),
    close: () => rmSync(own, { recursive: true, force: true }),
  };
}

/** Removes what a process of this host that has ended left in shared memory. */
export function clearSharedMemoryOf(pid: number): void {
  if (!existsSync(folder)) return;
  for (const name of readdirSync(folder)) if (name.startsWith(prefixOf(pid))) clear(name);
}

function read(path: string, size: number): Uint8Array | null {
  let file: number | null = null;
  try {
    file = openSync(path, 'r');
    const bytes = new Uint8Array(new SharedArrayBuffer(size));
    for (let at = 0; at < size; ) {
      const count = readSync(file, bytes, at, size - at, at);
      if (count === 0) return null;
      at += count;
    }
    return bytes;
  } catch {
    return null;
  } finally {
    if (file !== null) closeSync(file);
  }
}

const clear = (name: string) => rmSync(join(folder, name), { recursive: true, force: true });

/** Process numbers mean something only within their namespace: containers may share memory and yet not see each other's. */
function prefixOf(pid: number): string {
  return `${readlinkSync('/proc/self/ns/pid').replace(/\D/g, '')}-${pid}-`;
}

function isOfDead(name: string): boolean {
  const pid = Number(name.split('-')[1]);
  if (!Number.isInteger(pid) || !name.startsWith(prefixOf(pid))) return false;
  try {
    process.kill(pid, 0);
    return false;
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'ESRCH';
  }
}
