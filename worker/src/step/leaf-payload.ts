import { AuseqError } from '@auseq/proto/errors';

/** What BiViT reads of a leaf: `afn` [b,W,27,A] then `global` [b,W,G], fp32 little-endian. 190 kB a sequence in the legacy sizes. */
export function encodeLeafPayload(afn: Float32Array, global: Float32Array): Uint8Array {
  const payload = new Float32Array(afn.length + global.length);
  payload.set(afn, 0);
  payload.set(global, afn.length);
  return new Uint8Array(payload.buffer);
}

/** The inverse; throws AU_NUMERIC when the bytes are not of the run's sizes. */
export function decodeLeafPayload(payload: Uint8Array, afnLength: number, globalLength: number) {
  const values = floatsOf(payload);
  if (values.length !== afnLength + globalLength) {
    throw new AuseqError('AU_NUMERIC', {
      what: `a leaf of ${payload.byteLength} bytes arrived`,
      why: `this run's leaves have ${4 * (afnLength + globalLength)} bytes`,
      try: 'check that all workers run the same config and build: auseq status',
    });
  }
  return { afn: values.subarray(0, afnLength), global: values.subarray(afnLength) };
}

/** Views bytes as fp32, copying only when they are not aligned. */
export function floatsOf(bytes: Uint8Array): Float32Array {
  const aligned = bytes.byteOffset % 4 === 0 ? bytes : bytes.slice();
  return new Float32Array(aligned.buffer, aligned.byteOffset, Math.floor(aligned.byteLength / 4));
}

export function bytesOf(values: ArrayBufferView): Uint8Array {
  return new Uint8Array(values.buffer, values.byteOffset, values.byteLength);
}
