import * as zlib from 'node:zlib';

const table = Uint32Array.from({ length: 256 }, (_, byte) => {
  let value = byte;
  for (let bit = 0; bit < 8; bit++) value = value & 1 ? (value >>> 1) ^ 0xedb88320 : value >>> 1;
  return value;
});

/** CRC-32 (the one of zip and gzip) of some bytes, as an unsigned number. */
export function tableCrc32(bytes: Uint8Array): number {
  let value = 0xffffffff;
  for (const byte of bytes) value = (value >>> 8) ^ table[(value ^ byte) & 0xff]!;
  return (value ^ 0xffffffff) >>> 0;
}

/** zlib's own is several times faster, but only newer releases of Node 20 have it. */
export const crc32: (bytes: Uint8Array) => number = zlib.crc32 ?? tableCrc32;
