import { latin1 } from '../byte-cursor.js';
import { toRowMajor } from '../fortran-order.js';
import { countOf, type NdArray, type NumericData, type ObjectArray } from '../nd-array.js';
import { decodeNumbers, type NumericType, parseNumericType } from '../numeric-type.js';
import type { Stateful } from './allowed-class.js';

type Call = (args: readonly unknown[]) => unknown;

interface DType extends Stateful {
  readonly dtype: NumericType | 'object';
}

const text = (value: unknown): string =>
  typeof value === 'string' ? value : value instanceof Uint8Array ? latin1(value) : '';

function isDType(value: unknown): value is DType {
  return typeof value === 'object' && value !== null && 'dtype' in value;
}

/** dtype('f8', ...); its byte order comes with its state. */
const makeDType: Call = ([code]) => {
  const name = text(code);
  let dtype = /^\|?O8?$/.test(name) ? ('object' as const) : parseNumericType(name);
  if (dtype === null) throw new Error(`arrays of ${name.slice(0, 20) || 'an unnamed type'} are not read`);
  return {
    get dtype() {
      return dtype;
    },
    setState(state: unknown) {
      const order = Array.isArray(state) ? text(state[1]) : '';
      if (dtype !== 'object' && dtype !== null) dtype = { ...dtype, bigEndian: order === '>' && dtype.bytes > 1 };
    },
  };
};

/** An empty array, filled by its state (version, shape, dtype, is Fortran, bytes or list). */
const makeArray: Call = () => {
  const array: { shape: readonly number[]; data?: NumericData; objects?: readonly unknown[] } & Stateful = {
    shape: [0],
    data: new Float64Array(0),
    setState(state) {
      if (!Array.isArray(state) || state.length < 4) throw new Error('the state of an array is broken');
      const [shape, dtype, fortran, raw] = state.slice(-4) as unknown[];
      const filled = arrayOf(shape, dtype, fortran === true || fortran === 1, raw);
      array.shape = filled.shape;
      delete array.data;
      Object.assign(array, filled);
    },
  };
  return array;
};

function arrayOf(shape: unknown, dtype: unknown, fortran: boolean, raw: unknown): NdArray | ObjectArray {
  if (!Array.isArray(shape) || !isDType(dtype)) throw new Error('an array has no shape or no type');
  const count = countOf(shape);
  if (count === null) throw new Error(`[${shape.slice(0, 8).join(', ')}] is no shape`);
  const sizes = shape as number[];
  if (dtype.dtype === 'object') {
    if (!Array.isArray(raw) || raw.length !== count) throw new Error('an array of objects is not whole');
    return { shape: sizes, objects: raw as unknown[] };
  }
  if (!(raw instanceof Uint8Array) || raw.length !== count * dtype.dtype.bytes)
    throw new Error(`an array of [${sizes.join(', ')}] has ${raw instanceof Uint8Array ? raw.length : 'no'} bytes`);
  const data = decodeNumbers(raw, dtype.dtype);
  return { shape: sizes, data: fortran ? toRowMajor(data, sizes) : data };
}

const scalar: Call = ([dtype, raw]) => {
  if (!isDType(dtype) || dtype.dtype === 'object' || !(raw instanceof Uint8Array) || raw.length !== dtype.dtype.bytes)
    throw new Error('a numpy scalar is broken');
  return decodeNumbers(raw, dtype.dtype)[0];
};

/** Protocol 5, in band: (bytes, dtype, shape, order). */
const fromBuffer: Call = ([raw, dtype, shape, order]) => arrayOf(shape, dtype, text(order) === 'F', raw);

const cores = ['numpy.core', 'numpy._core'];

/** Of numpy 1 and 2. */
export const numpyClasses: Readonly<Record<string, Call>> = {
  'numpy.dtype': makeDType,
  'numpy.ndarray': makeArray,
  ...Object.fromEntries(
    cores.flatMap((core) => [
      [`${core}.multiarray._reconstruct`, makeArray],
      [`${core}.multiarray.scalar`, scalar],
      [`${core}.numeric._frombuffer`, fromBuffer],
    ]),
  ),
};
