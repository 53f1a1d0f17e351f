import type { NumericData } from './nd-array.js';

/** An element type: numpy's kind letter (f, i, u, b), bytes of one element, and their order. */
export interface NumericType {
  readonly kind: 'f' | 'i' | 'u' | 'b';
  readonly bytes: number;
  readonly bigEndian: boolean;
}

const sizes: Record<NumericType['kind'], readonly number[]> = {
  f: [2, 4, 8],
  i: [1, 2, 4, 8],
  u: [1, 2, 4, 8],
  b: [1],
};

/** Parses numpy's code such as `<f8`, `|b1`, `>i4` or `f8`; null for what is not numeric. */
export function parseNumericType(code: string): NumericType | null {
  const match = /^([<>=|]?)([fiub])(\d+)$/.exec(code);
  if (!match) return null;
  const kind = match[2] as NumericType['kind'];
  const bytes = Number(match[3]);
  return sizes[kind].includes(bytes) ? { kind, bytes, bigEndian: match[1] === '>' && bytes > 1 } : null;
}

const arrays = {
  f4: Float32Array,
  f8: Float64Array,
  i1: Int8Array,
  i2: Int16Array,
  i4: Int32Array,
  i8: BigInt64Array,
  u1: Uint8Array,
  u2: Uint16Array,
  u4: Uint32Array,
  u8: BigUint64Array,
  b1: Uint8Array,
} as const;

/** The values of `bytes` as a typed array: a copy, except where the bytes lie as the machine wants them. */
export function decodeNumbers(bytes: Uint8Array, type: NumericType): NumericData {
  const ordered = type.bigEndian ? swapped(bytes, type.bytes) : bytes;
  if (type.kind === 'f' && type.bytes === 2) return widenHalves(asArray(ordered, Uint16Array, 2));
  const name = `${type.kind}${type.bytes}` as keyof typeof arrays;
  return asArray<NumericData>(ordered, arrays[name], type.bytes);
}

function asArray<T extends NumericData>(
  bytes: Uint8Array,
  Type: new (buffer: ArrayBufferLike, offset: number, length: number) => T,
  size: number,
): T {
  // Not slice: of a Buffer that would be a view again.
  const aligned = bytes.byteOffset % size === 0 ? bytes : new Uint8Array(bytes);
  return new Type(aligned.buffer, aligned.byteOffset, Math.floor(aligned.byteLength / size));
}

function swapped(bytes: Uint8Array, size: number): Uint8Array {
  const copy = new Uint8Array(bytes.length);
  for (let i = 0; i < bytes.length; i++) copy[i - (i % size) + (size - 1 - (i % size))] = bytes[i]!;
  return copy;
}

/** IEEE 754 half to single precision, exactly. */
function widenHalves(halves: Uint16Array): Float32Array {
  const singles = new Float32Array(halves.length);
  for (const [i, half] of halves.entries()) {
    const sign = half & 0x8000 ? -1 : 1;
    const exponent = (half >> 10) & 31;
    const fraction = half & 1023;
    if (exponent === 31) singles[i] = fraction ? Number.NaN : sign * Number.POSITIVE_INFINITY;
    else if (exponent === 0) singles[i] = sign * fraction * 2 ** -24;
    else singles[i] = sign * (1 + fraction / 1024) * 2 ** (exponent - 15);
  }
  return singles;
}
