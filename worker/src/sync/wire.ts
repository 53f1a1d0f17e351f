import { fromBf16, toBf16 } from './sum-kernel.js';

/** How floats of a sum travel between hosts. */
export type WireName = 'fp32' | 'bf16';

export interface Wire {
  /** May be a view of what is given. */
  encode(floats: Float32Array): Uint8Array;
  /** May be a view of what is given: not to be written to. */
  decode(bytes: Uint8Array): Float32Array;
}

/** Little-endian fp32, without loss. */
const fp32: Wire = {
  encode: (floats) => new Uint8Array(floats.buffer, floats.byteOffset, floats.byteLength),
  decode: (bytes) => {
    const width = Float32Array.BYTES_PER_ELEMENT;
    const aligned = bytes.byteOffset % width === 0 ? bytes : bytes.slice();
    return new Float32Array(aligned.buffer, aligned.byteOffset, aligned.byteLength / width);
  },
};

/** Half the bytes, rounded to nearest even each time a sum leaves its host; sums are fp32. */
const bf16: Wire = { encode: toBf16, decode: fromBf16 };

export const wires: Readonly<Record<WireName, Wire>> = { fp32, bf16 };
