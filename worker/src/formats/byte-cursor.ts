import { fileFormatError } from './file-format-error.js';

/** Reads little-endian values one after the other; every read beyond the end is AU_FILE_FORMAT. */
export interface ByteCursor {
  readonly path: string;
  readonly offset: number;
  readonly left: number;
  u8(): number;
  u16(): number;
  u32(): number;
  i32(): number;
  /** A 64-bit length; refused above what a number holds exactly. */
  u64(): number;
  f64BigEndian(): number;
  /** A view, not a copy. */
  bytes(length: number): Uint8Array;
  /** Up to a newline, which is taken but not returned; latin1. */
  line(): string;
  skipTo(offset: number): void;
  fail(why: string): never;
}

export function createCursor(data: Uint8Array, path: string, start = 0): ByteCursor {
  const view = new DataView(data.buffer, data.byteOffset, data.byteLength);
  let at = start;
  const take = (length: number): number => {
    if (!(length >= 0 && length <= data.length - at))
      throw fileFormatError({ path, offset: at }, `${length} bytes are needed, ${data.length - at} are left`);
    const from = at;
    at += length;
    return from;
  };
  return {
    path,
    get offset() {
      return at;
    },
    get left() {
      return data.length - at;
    },
    u8: () => view.getUint8(take(1)),
    u16: () => view.getUint16(take(2), true),
    u32: () => view.getUint32(take(4), true),
    i32: () => view.getInt32(take(4), true),
    u64() {
      const value = Number(view.getBigUint64(take(8), true));
      if (!Number.isSafeInteger(value))
        throw fileFormatError({ path, offset: at - 8 }, `the length ${value} is impossible`);
      return value;
    },
    f64BigEndian: () => view.getFloat64(take(8), false),
    bytes(length) {
      const from = take(length);
      return data.subarray(from, from + length);
    },
    line() {
      const end = data.indexOf(0x0a, at);
      if (end < 0) throw fileFormatError({ path, offset: at }, 'a line has no end');
      const from = take(end - at + 1);
      return latin1(data.subarray(from, end));
    },
    skipTo(offset) {
      if (!(offset >= 0 && offset <= data.length)) throw fileFormatError({ path, offset }, 'it lies beyond the end');
      at = offset;
    },
    fail(why) {
      throw fileFormatError({ path, offset: at }, why);
    },
  };
}

/** Each byte as the code point of its number: loses nothing. */
export function latin1(bytes: Uint8Array): string {
  return Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength).toString('latin1');
}
