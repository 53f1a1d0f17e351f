import { createHash } from 'node:crypto';
import { AuseqError } from '@auseq/proto/errors';
import { sizeOf } from '../model/parameter.js';
import type { EngineSnapshot } from './engine.js';

interface Head {
  readonly step: number;
  readonly arrays: readonly { readonly name: string; readonly shape: readonly number[] }[];
  /** Of the payload. */
  readonly sha256: string;
}

/**
 * A state as one member gives it to another: u32 length of a JSON head, the head, the arrays' fp32 little-endian bytes.
 * In shared memory, so that the comm thread sends it without a copy.
 */
export function encodeState({ step, arrays }: EngineSnapshot): Uint8Array {
  const hash = createHash('sha256');
  for (const { data } of arrays) hash.update(bytesOf(data));
  const head: Head = { step, arrays: arrays.map(({ name, shape }) => ({ name, shape })), sha256: hash.digest('hex') };
  const json = new TextEncoder().encode(JSON.stringify(head));
  const size = arrays.reduce((sum, { data }) => sum + data.byteLength, 4 + json.byteLength);
  const bytes = new Uint8Array(new SharedArrayBuffer(size));
  new DataView(bytes.buffer).setUint32(0, json.byteLength, true);
  bytes.set(json, 4);
  let at = 4 + json.byteLength;
  for (const { data } of arrays) {
    bytes.set(bytesOf(data), at);
    at += data.byteLength;
  }
  return bytes;
}

/** The state again. Throws AU_WORKER_LOST where its hash is another: the member that received it starts anew. */
export function decodeState(bytes: Uint8Array): EngineSnapshot {
  const length = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength).getUint32(0, true);
  const head = JSON.parse(new TextDecoder().decode(bytes.slice(4, 4 + length))) as Head;
  const hash = createHash('sha256');
  let at = 4 + length;
  const arrays = head.arrays.map(({ name, shape }) => {
    const data = new Float32Array(sizeOf(shape));
    bytesOf(data).set(bytes.subarray(at, at + data.byteLength));
    at += data.byteLength;
    hash.update(bytesOf(data));
    return { name, shape, data };
  });
  if (hash.digest('hex') === head.sha256) return { step: head.step, arrays };
  throw new AuseqError('AU_WORKER_LOST', {
    what: `the state of step ${head.step} came damaged`,
    why: 'its sha256 is not the one that its source wrote',
    try: 'auseq runs logs RUN; the worker joins again',
  });
}

function bytesOf(data: Float32Array): Uint8Array {
  return new Uint8Array(data.buffer, data.byteOffset, data.byteLength);
}
