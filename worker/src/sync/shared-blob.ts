import { closeSync, constants, openSync, readSync, writeSync } from 'node:fs';

/** The name of what follows, or zeros while it is written: a file is used again, and its reader must notice. */
const headerBytes = 256;

/** Writes a blob over what the file held. Throws what the file system throws. */
export function writeBlob(path: string, name: string, bytes: Uint8Array): void {
  const file = openSync(path, constants.O_RDWR | constants.O_CREAT, 0o600);
  try {
    writeAll(file, new Uint8Array(headerBytes), 0);
    writeAll(file, bytes, headerBytes);
    writeAll(file, headerOf(name), 0);
  } finally {
    closeSync(file);
  }
}

/** Fills `target` with the blob of that name; null where the file is gone, is cut, or holds another one before or after. */
export function readBlob(path: string, name: string, target: Uint8Array): Uint8Array | null {
  let file: number | null = null;
  try {
    file = openSync(path, 'r');
    const [before, after] = [Buffer.alloc(headerBytes), Buffer.alloc(headerBytes)];
    const isWhole = readAll(file, before, 0) && readAll(file, target, headerBytes) && readAll(file, after, 0);
    const wanted = headerOf(name);
    return isWhole && before.equals(wanted) && after.equals(wanted) ? target : null;
  } catch {
    return null;
  } finally {
    if (file !== null) closeSync(file);
  }
}

function headerOf(name: string): Uint8Array {
  const header = new Uint8Array(headerBytes);
  if (new TextEncoder().encodeInto(name, header).read < name.length) throw new Error(`${name} is too long a name`);
  return header;
}

function writeAll(file: number, bytes: Uint8Array, position: number): void {
  for (let at = 0; at < bytes.byteLength; ) at += writeSync(file, bytes, at, bytes.byteLength - at, position + at);
}

function readAll(file: number, target: Uint8Array, position: number): boolean {
  for (let at = 0; at < target.byteLength; ) {
    const count = readSync(file, target, at, target.byteLength - at, position + at);
    if (count === 0) return false;
    at += count;
  }
  return true;
}
