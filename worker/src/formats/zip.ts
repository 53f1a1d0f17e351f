import { inflateRawSync } from 'node:zlib';
import { type ByteCursor, createCursor } from './byte-cursor.js';
import { fileFormatError } from './file-format-error.js';

export interface ZipEntry {
  readonly name: string;
  /** Bytes once unpacked. */
  readonly size: number;
  /** The entry's bytes: a view of a stored one, unpacked otherwise. Throws AU_FILE_FORMAT. */
  read(): Uint8Array;
}

const endSignature = 0x06054b50;
const end64Signature = 0x06064b50;
const locator64Signature = 0x07064b50;
const centralSignature = 0x02014b50;
const localSignature = 0x04034b50;
const endLength = 22;
const longestComment = 65_535;
const mostEntries = 100_000;
/** Deflate cannot pack better than about 1000:1; weights are hardly packed at all. */
const mostInflation = 64;
const smallEntry = 1 << 20;

/** The entries of a zip archive (stored or deflated, zip64), by name. Throws AU_FILE_FORMAT. */
export function readZip(data: Uint8Array, path: string): Map<string, ZipEntry> {
  const { entries, offset } = findDirectory(data, path);
  const cursor = createCursor(data, path, offset);
  const found = new Map<string, ZipEntry>();
  for (let index = 0; index < entries; index++) {
    const entry = readCentral(data, cursor);
    if (found.has(entry.name)) cursor.fail(`the archive holds "${entry.name.slice(0, 80)}" twice`);
    found.set(entry.name, entry);
  }
  return found;
}

function findDirectory(data: Uint8Array, path: string): { entries: number; offset: number } {
  const view = new DataView(data.buffer, data.byteOffset, data.byteLength);
  const lowest = Math.max(0, data.length - endLength - longestComment);
  for (let at = data.length - endLength; at >= lowest; at--) {
    if (view.getUint32(at, true) !== endSignature) continue;
    const end = createCursor(data, path, at + 10);
    let entries = end.u16();
    end.u32();
    let offset = end.u32();
    const locator = at - 20;
    if (locator >= 0 && view.getUint32(locator, true) === locator64Signature) {
      const wide = createCursor(data, path, locator + 8);
      wide.skipTo(wide.u64());
      if (wide.u32() !== end64Signature) wide.fail('the zip64 directory is not where it should be');
      wide.bytes(28);
      entries = wide.u64();
      wide.u64();
      offset = wide.u64();
    }
    if (entries > mostEntries) end.fail(`${entries} entries`);
    if (offset > data.length) end.fail(`its directory at ${offset} lies beyond the end`);
    return { entries, offset };
  }
  throw fileFormatError({ path, offset: data.length }, 'a zip archive has no end record: it is cut short, or no zip');
}

function readCentral(data: Uint8Array, cursor: ByteCursor): ZipEntry {
  if (cursor.u32() !== centralSignature) cursor.fail("the archive's directory is broken");
  cursor.bytes(4);
  const flags = cursor.u16();
  const method = cursor.u16();
  cursor.bytes(8);
  let packed = cursor.u32();
  let size = cursor.u32();
  const nameLength = cursor.u16();
  const extraLength = cursor.u16();
  const commentLength = cursor.u16();
  cursor.bytes(8);
  let header = cursor.u32();
  const name = Buffer.from(cursor.bytes(nameLength)).toString('utf8');
  const extra = createCursor(cursor.bytes(extraLength), cursor.path);
  cursor.bytes(commentLength);
  while (extra.left >= 4) {
    const id = extra.u16();
    const field = createCursor(extra.bytes(extra.u16()), cursor.path);
    if (id !== 1) continue;
    if (size === 0xffffffff) size = field.u64();
    if (packed === 0xffffffff) packed = field.u64();
    if (header === 0xffffffff) header = field.u64();
  }
  const { path } = cursor;
  if (flags & 1) cursor.fail(`"${name}" is encrypted`);
  if (method !== 0 && method !== 8) cursor.fail(`"${name}" is packed by method ${method}`);
  if (method === 0 && packed !== size) cursor.fail(`"${name}" is stored with two sizes`);
  if (packed > data.length || size > Math.max(smallEntry, packed * mostInflation))
    cursor.fail(`"${name}" claims ${size} bytes in ${packed}`);
  return { name, size, read: () => readEntry(data, path, { header, packed, size, method, name }) };
}

interface Located {
  readonly header: number;
  readonly packed: number;
  readonly size: number;
  readonly method: number;
  readonly name: string;
}

function readEntry(data: Uint8Array, path: string, { header, packed, size, method, name }: Located): Uint8Array {
  const local = createCursor(data, path);
  local.skipTo(header);
  if (local.u32() !== localSignature) local.fail(`"${name}" is not where the directory says`);
  local.bytes(22);
  const nameLength = local.u16();
  local.bytes(nameLength + local.u16());
  const bytes = local.bytes(packed);
  if (method === 0) return bytes;
  try {
    const inflated = inflateRawSync(bytes, { maxOutputLength: Math.max(1, size) });
    if (inflated.length === size) return inflated;
  } catch (cause) {
    throw fileFormatError({ path, offset: header }, `"${name}" cannot be unpacked to ${size} bytes`, cause);
  }
  return local.fail(`"${name}" unpacks to another size than ${size}`);
}
