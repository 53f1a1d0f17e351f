import { AuseqError } from '@auseq/proto/errors';

/** The element types we read and write, by numpy's own names (little-endian). */
const arrayTypes = {
  '|u1': Uint8Array,
  '<i4': Int32Array,
  '<i8': BigInt64Array,
  '<f4': Float32Array,
  '<f8': Float64Array,
} as const;

export type NpyType = keyof typeof arrayTypes;
export type NpyData = InstanceType<(typeof arrayTypes)[NpyType]>;

export interface NpyArray {
  readonly shape: readonly number[];
  readonly data: NpyData;
}

const magic = Uint8Array.of(0x93, 0x4e, 0x55, 0x4d, 0x50, 0x59);
/** Numpy pads the header so that the data start at a multiple of it. */
const alignment = 64;

/** The bytes of a `.npy` file, version 1.0, C order. */
export function encodeNpy({ shape, data }: NpyArray): Uint8Array {
  const type = npyTypeOf(data);
  const count = shape.reduce((product, side) => product * side, 1);
  if (count !== data.length) throw new RangeError(`shape ${shape.join('x')} does not hold ${data.length} values`);
  const tuple = shape.length === 1 ? `(${shape[0]},)` : `(${shape.join(', ')})`;
  const text = `{'descr': '${type}', 'fortran_order': False, 'shape': ${tuple}, }`;
  const start = Math.ceil((magic.length + 4 + text.length + 1) / alignment) * alignment;
  const bytes = new Uint8Array(start + data.byteLength);
  bytes.set(magic);
  bytes.set([1, 0], magic.length);
  new DataView(bytes.buffer).setUint16(magic.length + 2, start - magic.length - 4, true);
  bytes.fill(0x20, magic.length + 4, start - 1);
  bytes.set(Buffer.from(text, 'latin1'), magic.length + 4);
  bytes[start - 1] = 0x0a;
  bytes.set(new Uint8Array(data.buffer, data.byteOffset, data.byteLength), start);
  return bytes;
}

/** Reads the bytes of a `.npy` file (versions 1 to 3, C order, u1 i4 i8 f4 f8); throws AU_DATA_SAMPLE. */
export function decodeNpy(bytes: Uint8Array, where = 'array'): NpyArray {
  if (bytes.length < 12 || magic.some((byte, i) => bytes[i] !== byte)) throw badNpy(where, 'it does not start as .npy');
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const wide = bytes[6]! > 1;
  const headerStart = wide ? 12 : 10;
  const start = headerStart + (wide ? view.getUint32(8, true) : view.getUint16(8, true));
  if (start > bytes.length) throw badNpy(where, 'the header is cut off');
  const header = Buffer.from(bytes.subarray(headerStart, start)).toString('latin1');
  const { type, shape } = parseHeader(header, where);
  const count = shape.reduce((product, side) => product * side, 1);
  const Type = arrayTypes[type];
  const size = count * Type.BYTES_PER_ELEMENT;
  if (bytes.length - start !== size) throw badNpy(where, `${bytes.length - start} bytes of data instead of ${size}`);
  // A copy: the file's buffer may be unaligned or shared (and the slice of a Buffer is a view).
  return { shape, data: new Type(Uint8Array.from(bytes.subarray(start)).buffer) };
}

function parseHeader(header: string, where: string): { type: NpyType; shape: number[] } {
  const descr = /'descr'\s*:\s*'([^']*)'/.exec(header)?.[1];
  const order = /'fortran_order'\s*:\s*(True|False)/.exec(header)?.[1];
  const tuple = /'shape'\s*:\s*\(([\d,\s]*)\)/.exec(header)?.[1];
  if (descr === undefined || order === undefined || tuple === undefined) throw badNpy(where, 'the header is damaged');
  const sides = tuple.split(',').map((side) => side.trim());
  const shape = sides.filter((side) => side !== '').map(Number);
  if (order === 'True' && shape.length > 1) throw badNpy(where, 'it is in Fortran order');
  const type = descr === '|b1' ? '|u1' : descr;
  if (!isNpyType(type)) throw badNpy(where, `its type ${descr} is none of ${Object.keys(arrayTypes).join(' ')}`);
  return { type, shape };
}

function isNpyType(name: string): name is NpyType {
  return Object.hasOwn(arrayTypes, name);
}

function npyTypeOf(data: NpyData): NpyType {
  for (const [name, Type] of Object.entries(arrayTypes)) if (data instanceof Type) return name as NpyType;
  throw new TypeError('no .npy type for this array');
}

function badNpy(where: string, why: string): AuseqError {
  return new AuseqError('AU_DATA_SAMPLE', {
    what: `cannot read ${where}`,
    why,
    try: 'write it again with numpy.save(path, numpy.ascontiguousarray(array))',
  });
}
