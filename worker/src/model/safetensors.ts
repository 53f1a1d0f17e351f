import { AuseqError } from '@auseq/proto/errors';
import type { HostArray } from '../assets/types.js';
import { sizeOf } from './parameter.js';

/**
 * The safetensors container: 8-byte little-endian header length, a JSON header padded with spaces to a multiple of 8,
 * then the raw little-endian values of all tensors without gaps. F32 and I32 only.
 */
export interface NamedArray extends HostArray {
  readonly name: string;
}

interface Entry {
  readonly dtype: string;
  readonly shape: number[];
  readonly data_offsets: [number, number];
}

const maxHeaderBytes = 100_000_000;
const metadataKey = '__metadata__';

/** Packs tensors in the given order; throws AU_ASSETS_INVALID for a repeated name or a size that is not the shape's. */
export function writeSafetensors(
  tensors: Iterable<NamedArray>,
  metadata?: Readonly<Record<string, string>>,
): Uint8Array {
  const header: Record<string, unknown> = metadata ? { [metadataKey]: metadata } : {};
  const list = [...tensors];
  let offset = 0;
  for (const { name, shape, data } of list) {
    if (name === metadataKey || Object.hasOwn(header, name)) throw invalid(`the tensor name "${name}" is taken`);
    if (sizeOf(shape) !== data.length)
      throw invalid(`"${name}" has ${data.length} values for shape [${shape.join(', ')}]`);
    const dtype = data instanceof Float32Array ? 'F32' : 'I32';
    Object.defineProperty(header, name, {
      value: { dtype, shape, data_offsets: [offset, offset + data.byteLength] },
      enumerable: true,
    });
    offset += data.byteLength;
  }
  const json = new TextEncoder().encode(JSON.stringify(header));
  const start = 8 + Math.ceil(json.length / 8) * 8;
  const bytes = new Uint8Array(start + offset).fill(0x20, 8, start);
  new DataView(bytes.buffer).setBigUint64(0, BigInt(start - 8), true);
  bytes.set(json, 8);
  let at = start;
  for (const { data } of list) {
    bytes.set(new Uint8Array(data.buffer, data.byteOffset, data.byteLength), at);
    at += data.byteLength;
  }
  return bytes;
}

/**
 * Unpacks a container; values are views of `bytes` where they are aligned, else copies.
 * Throws AU_ASSETS_INVALID (or `code`) when lengths, offsets, types or the header are not consistent.
 */
export function readSafetensors(
  bytes: Uint8Array,
  code: 'AU_ASSETS_INVALID' | 'AU_CHECKPOINT_CORRUPT' = 'AU_ASSETS_INVALID',
): Map<string, HostArray> {
  const start = headerEnd(bytes, code);
  const header = parseHeader(bytes.subarray(8, start), code);
  const length = bytes.byteLength - start;
  const tensors = new Map<string, HostArray>();
  const spans: [number, number][] = [];
  for (const [name, entry] of Object.entries(header)) {
    if (name === metadataKey) continue;
    const problem = entryProblem(entry, length);
    if (problem) throw invalid(`the tensor "${name}" ${problem}`, code);
    const { dtype, shape, data_offsets } = entry as Entry;
    spans.push(data_offsets);
    tensors.set(name, { shape, data: view(bytes, start + data_offsets[0], sizeOf(shape), dtype) });
  }
  spans.sort((a, b) => a[0] - b[0] || a[1] - b[1]);
  let covered = 0;
  for (const [from, to] of spans) {
    if (from !== covered) throw invalid(`values overlap or leave a gap at byte ${Math.min(from, covered)}`, code);
    covered = to;
  }
  if (covered !== length) throw invalid(`${length} bytes of values for ${covered} in the header`, code);
  return tensors;
}

function headerEnd(bytes: Uint8Array, code: Parameters<typeof invalid>[1]): number {
  if (bytes.byteLength < 8) throw invalid(`${bytes.byteLength} bytes are too few for a header`, code);
  const size = new DataView(bytes.buffer, bytes.byteOffset, 8).getBigUint64(0, true);
  if (size > BigInt(Math.min(maxHeaderBytes, bytes.byteLength - 8))) {
    throw invalid(`a header of ${size} bytes in a file of ${bytes.byteLength}`, code);
  }
  return 8 + Number(size);
}

function parseHeader(json: Uint8Array, code: Parameters<typeof invalid>[1]): object {
  let value: unknown;
  try {
    value = JSON.parse(new TextDecoder('utf-8', { fatal: true }).decode(json));
  } catch (cause) {
    throw invalid('the header is not JSON', code, cause);
  }
  if (typeof value !== 'object' || value === null || Array.isArray(value))
    throw invalid('the header is no object', code);
  return value;
}

/** What is wrong with a header entry, or null. */
function entryProblem(entry: unknown, length: number): string | null {
  const { dtype, shape, data_offsets: offsets } = (entry ?? {}) as Partial<Entry>;
  if (dtype !== 'F32' && dtype !== 'I32') return `has the type ${String(dtype)}; F32 and I32 are read`;
  const natural = (value: unknown) => Number.isSafeInteger(value) && (value as number) >= 0;
  if (!Array.isArray(shape) || !shape.every(natural)) return 'has no valid shape';
  if (!Array.isArray(offsets) || offsets.length !== 2 || !offsets.every(natural)) return 'has no valid offsets';
  if (offsets[1] > length) return `ends at byte ${offsets[1]} of ${length}`;
  if (offsets[1] - offsets[0] !== 4 * sizeOf(shape))
    return `has ${offsets[1] - offsets[0]} bytes for shape [${shape.join(', ')}]`;
  return null;
}

function view(bytes: Uint8Array, start: number, size: number, dtype: string): Float32Array | Int32Array {
  const from = bytes.byteOffset + start;
  const [buffer, offset] = from % 4 === 0 ? [bytes.buffer, from] : [bytes.slice(start, start + 4 * size).buffer, 0];
  return dtype === 'F32' ? new Float32Array(buffer, offset, size) : new Int32Array(buffer, offset, size);
}

function invalid(
  what: string,
  code: 'AU_ASSETS_INVALID' | 'AU_CHECKPOINT_CORRUPT' = 'AU_ASSETS_INVALID',
  cause?: unknown,
) {
  return new AuseqError(code, {
    what: `not a valid safetensors container: ${what}`,
    why: 'the file is damaged, cut off, or of another format',
    try: code === 'AU_ASSETS_INVALID' ? 'make or fetch the file again: auseq assets status' : 'use another checkpoint',
    cause,
  });
}
