import { encodeNpy, type NpyArray } from '../data/npy.js';
import { crc32 } from '../sync/crc32.js';

const localHeader = 30;
const centralHeader = 46;
const endRecord = 22;
/** Zip without its 64-bit extension holds this much. */
const limit = 0xffffffff;

/**
 * The bytes of a `.npz` as `numpy.load` reads it: a zip of stored (not compressed) `NAME.npy` members in the given order.
 * Throws RangeError from 4 GiB on.
 */
export function encodeNpz(arrays: Readonly<Record<string, NpyArray>>): Uint8Array {
  const members = Object.entries(arrays).map(([name, array]) => {
    const data = encodeNpy(array);
    return { name: Buffer.from(`${name}.npy`, 'utf8'), data, crc: crc32(data) };
  });
  const sizes = members.map(({ name, data }) => localHeader + centralHeader + 2 * name.length + data.length);
  const total = sizes.reduce((sum, size) => sum + size, endRecord);
  if (total > limit) throw new RangeError(`an npz of ${total} bytes needs zip64`);
  const bytes = Buffer.alloc(total);
  const starts: number[] = [];
  let at = 0;
  for (const member of members) {
    starts.push(at);
    bytes.writeUInt32LE(0x04034b50, at);
    writeFacts(bytes, at + 4, member);
    bytes.set(member.name, at + localHeader);
    bytes.set(member.data, at + localHeader + member.name.length);
    at += localHeader + member.name.length + member.data.length;
  }
  const directory = at;
  for (const [index, member] of members.entries()) {
    bytes.writeUInt32LE(0x02014b50, at);
    bytes.writeUInt16LE(zipVersion, at + 4);
    writeFacts(bytes, at + 6, member);
    bytes.writeUInt32LE(starts[index]!, at + 42);
    bytes.set(member.name, at + centralHeader);
    at += centralHeader + member.name.length;
  }
  bytes.writeUInt32LE(0x06054b50, at);
  bytes.writeUInt16LE(members.length, at + 8);
  bytes.writeUInt16LE(members.length, at + 10);
  bytes.writeUInt32LE(at - directory, at + 12);
  bytes.writeUInt32LE(directory, at + 16);
  return bytes;
}

const zipVersion = 20;
/** 1 January 1980, the first day zip knows: equal arrays give equal bytes. */
const firstDay = 0x21;

/** The fields that the header in front of a member and its entry in the directory share. */
function writeFacts(bytes: Buffer, at: number, { name, data, crc }: { name: Buffer; data: Uint8Array; crc: number }) {
  bytes.writeUInt16LE(zipVersion, at);
  bytes.writeUInt16LE(firstDay, at + 8);
  bytes.writeUInt32LE(crc, at + 10);
  bytes.writeUInt32LE(data.length, at + 14);
  bytes.writeUInt32LE(data.length, at + 18);
  bytes.writeUInt16LE(name.length, at + 22);
}
