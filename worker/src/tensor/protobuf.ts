/** Protobuf's wire format, as pieces that are joined only in the file: constants are never copied. */
export type Piece = Uint8Array;

export const lengthOf = (pieces: readonly Piece[]): number => pieces.reduce((sum, { length }) => sum + length, 0);

/** Base-128 number; negative ones take their 64-bit two's complement, as protobuf's int64 does. */
export function varint(value: number): number[] {
  let rest = BigInt.asUintN(64, BigInt(value));
  const bytes: number[] = [];
  while (rest > 127n) {
    bytes.push(Number(rest & 127n) | 128);
    rest >>= 7n;
  }
  bytes.push(Number(rest));
  return bytes;
}

export const intField = (field: number, value: number): Piece =>
  Uint8Array.from([...varint(field * 8), ...varint(value)]);

export const packedInts = (field: number, values: readonly number[]): Piece[] =>
  message(field, [Uint8Array.from(values.flatMap(varint))]);

export function packedFloats(field: number, values: readonly number[]): Piece[] {
  const bytes = Buffer.alloc(values.length * 4);
  values.forEach((value, index) => void bytes.writeFloatLE(value, index * 4));
  return message(field, [bytes]);
}

export function floatField(field: number, value: number): Piece {
  const bytes = Buffer.alloc(4);
  bytes.writeFloatLE(value);
  return Uint8Array.from([...varint(field * 8 + 5), ...bytes]);
}

export const stringField = (field: number, text: string): Piece[] => message(field, [Buffer.from(text)]);

/** Below this many bytes pieces are joined, so that a file of ten thousand nodes is not a million writes. */
const joinedBytes = 4096;

/** A length-delimited field: an embedded message, or bytes. */
export function message(field: number, pieces: readonly Piece[]): Piece[] {
  const length = lengthOf(pieces);
  const head = Uint8Array.from([...varint(field * 8 + 2), ...varint(length)]);
  return length <= joinedBytes ? [Buffer.concat([head, ...pieces])] : [head, ...pieces];
}
