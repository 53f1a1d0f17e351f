import { crc32 } from './crc32.js';
import type { PythonValue, TorchTensor } from './pickle/python-value.js';
import { writePickle } from './pickle/write-pickle.js';

/** torch maps records into memory: their bytes begin at multiples of this (model-facts §9). */
const alignment = 64;
const localSignature = 0x04034b50;
const centralSignature = 0x02014b50;
const endSignature = 0x06054b50;
/** Of the extra field that only pads; torch uses the same. */
const paddingId = 0x4246;
const largest = 2 ** 32 - 1;

interface ZipRecord {
  readonly name: string;
  readonly bytes: Uint8Array;
}

/**
 * What `torch.save` (1.6 and later) would write for `value`, piece by piece: `<root>/data.pkl`, a stored record for each
 * tensor, aligned to 64 bytes, and the version. `notes` become records more, which torch leaves alone. Throws RangeError beyond 4 GiB.
 */
export function* writeTorchZip(
  root: string,
  value: PythonValue,
  notes: Readonly<Record<string, string>> = {},
): Generator<Uint8Array> {
  const tensors: TorchTensor['tensor'][] = [];
  const pickle = writePickle(value, (tensor) => String(tensors.push(tensor) - 1));
  const records: ZipRecord[] = [
    { name: `${root}/data.pkl`, bytes: pickle },
    { name: `${root}/byteorder`, bytes: Buffer.from('little') },
    ...tensors.map(({ data }, index) => ({
      name: `${root}/data/${index}`,
      bytes: new Uint8Array(data.buffer, data.byteOffset, data.byteLength),
    })),
    ...Object.entries(notes).map(([name, text]) => ({ name: `${root}/${name}`, bytes: Buffer.from(text) })),
    { name: `${root}/version`, bytes: Buffer.from('3\n') },
  ];
  const directory: Buffer[] = [];
  let offset = 0;
  for (const { name, bytes } of records) {
    const path = Buffer.from(name);
    const crc = crc32(bytes);
    const unpadded = offset + 30 + path.length + 4;
    const padding = (alignment - (unpadded % alignment)) % alignment;
    const extra = Buffer.alloc(4 + padding);
    extra.writeUInt16LE(paddingId, 0);
    extra.writeUInt16LE(padding, 2);
    const header = Buffer.alloc(30);
    header.writeUInt32LE(localSignature, 0);
    describe(header, 4, crc, bytes.length, path.length);
    header.writeUInt16LE(extra.length, 28);
    yield Buffer.concat([header, path, extra]);
    yield bytes;
    const central = Buffer.alloc(46);
    central.writeUInt32LE(centralSignature, 0);
    central.writeUInt16LE(20, 4);
    describe(central, 6, crc, bytes.length, path.length);
    central.writeUInt32LE(offset, 42);
    directory.push(central, path);
    offset = unpadded + padding + bytes.length;
    if (offset > largest) throw new RangeError('an archive beyond 4 GiB');
  }
  const central = Buffer.concat(directory);
  const end = Buffer.alloc(22);
  end.writeUInt32LE(endSignature, 0);
  end.writeUInt16LE(records.length, 8);
  end.writeUInt16LE(records.length, 10);
  end.writeUInt32LE(central.length, 12);
  end.writeUInt32LE(offset, 16);
  yield central;
  yield end;
}

/** The fields that both headers share: version, flags, stored, no time, crc, sizes, length of the name. */
function describe(header: Buffer, at: number, crc: number, size: number, nameLength: number): void {
  header.writeUInt16LE(20, at);
  header.writeUInt32LE(crc, at + 10);
  header.writeUInt32LE(size, at + 14);
  header.writeUInt32LE(size, at + 18);
  header.writeUInt16LE(nameLength, at + 22);
}
