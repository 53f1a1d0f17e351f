import { randomUUID } from 'node:crypto';
import {
  existsSync,
  linkSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  readlinkSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import { readBlob, writeBlob } from './shared-blob.js';

/** Blobs that processes of one host give each other as files in memory, past the broker. */
export interface SharedMemory {
  /** The file's path, or null where the memory has no room (a container may have little of it). Files of before are used again. */
  write(name: string, bytes: Uint8Array): string | null;
  /** Fills `target` with what was written under that name; null where the file is gone or holds something else by now. */
  read(path: string, name: string, target: Uint8Array): Uint8Array | null;
  /** Everyone has read it: another blob may take its place. */
  reuse(path: string): void;
  /** Nobody shall read it any more. */
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
  const sizes = new Map<string, number>();
  const freeFiles = new Map<number, string[]>();
  let files = 0;
  const remove = (path: string) => {
    sizes.delete(path);
    rmSync(path, { force: true });
  };
  return {
    write(name, bytes) {
      // Fresh pages cost more than the copy.
      const path = freeFiles.get(bytes.byteLength)?.pop() ?? join(own, String(files++));
      try {
        writeBlob(path, name, bytes);
        sizes.set(path, bytes.byteLength);
        return path;
      } catch {
        remove(path);
        return null;
      }
    },
    read: readBlob,
    reuse(path) {
      const size = sizes.get(path);
      if (size !== undefined) freeFiles.set(size, [...(freeFiles.get(size) ?? []), path]);
      sizes.delete(path);
    },
    remove,
    close: () => rmSync(own, { recursive: true, force: true }),
  };
}

/** Removes what a process of this host that has ended left in shared memory. */
export function clearSharedMemoryOf(pid: number): void {
  if (!existsSync(folder)) return;
  for (const name of readdirSync(folder)) if (name.startsWith(prefixOf(pid))) clear(name);
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
