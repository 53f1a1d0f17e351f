import { crc32 } from './crc32.js';

/** Below NATS's default limit of 1 MiB with room for headers, and near the best throughput (performance facts §9). */
export const chunkBytes = 512 * 1024;

/** One chunk of a blob, as it travels: a header of 24 bytes, then the bytes. */
export interface ChunkFrame {
  readonly from: number;
  readonly index: number;
  /** Bytes of the whole blob. */
  readonly total: number;
  readonly body: Uint8Array;
}

const headerBytes = 24;
const magic = 0x41553101;

export function chunkCount(total: number): number {
  return Math.max(1, Math.ceil(total / chunkBytes));
}

/** The bytes of chunk `index` of a blob, without a copy. */
export function chunkOf(blob: Uint8Array, index: number): Uint8Array {
  return blob.subarray(index * chunkBytes, Math.min(blob.byteLength, (index + 1) * chunkBytes));
}

/** A chunk's frame in two parts: its header, and its bytes without a copy. */
export function encodeChunk(from: number, index: number, blob: Uint8Array): readonly [Uint8Array, Uint8Array] {
  const body = chunkOf(blob, index);
  const header = new Uint8Array(headerBytes);
  const view = new DataView(header.buffer);
  view.setUint32(0, magic);
  view.setUint32(4, from);
  view.setUint32(8, index);
  view.setFloat64(12, blob.byteLength);
  view.setUint32(20, crc32(body));
  return [header, body];
}

/** Null for a frame that is damaged, cut, or of another version: it counts as lost and is asked for again. */
export function decodeChunk(frame: Uint8Array): ChunkFrame | null {
  if (frame.byteLength < headerBytes) return null;
  const view = new DataView(frame.buffer, frame.byteOffset, frame.byteLength);
  if (view.getUint32(0) !== magic) return null;
  const index = view.getUint32(8);
  const total = view.getFloat64(12);
  const body = frame.subarray(headerBytes);
  const expected = Math.min(chunkBytes, total - index * chunkBytes);
  if (index >= chunkCount(total) || body.byteLength !== expected || crc32(body) !== view.getUint32(20)) return null;
  return { from: view.getUint32(4), index, total, body };
}
