import { createCursor } from './byte-cursor.js';
import { toRowMajor } from './fortran-order.js';
import { countOf, type NdArray, type ObjectArray } from './nd-array.js';
import { decodeNumbers, parseNumericType } from './numeric-type.js';
import { unpickle } from './pickle/unpickle.js';
import { readTorchStream } from './torch-stream.js';

const signature = '\x93NUMPY';

/** Reads numpy's .npy (versions 1 to 3; C and Fortran order; numbers, booleans, objects). Throws AU_FILE_FORMAT. */
export function readNpy(data: Uint8Array, path: string): NdArray | ObjectArray {
  const cursor = createCursor(data, path);
  if (Buffer.from(cursor.bytes(6)).toString('latin1') !== signature)
    cursor.fail('it is no .npy: its first bytes are others');
  const version = cursor.u8();
  cursor.u8();
  if (version < 1 || version > 3) cursor.fail(`version ${version} is not known`);
  const header = Buffer.from(cursor.bytes(version === 1 ? cursor.u16() : cursor.u32())).toString('latin1');
  const code = /'descr':\s*'([^']*)'/.exec(header)?.[1];
  const fortran = /'fortran_order':\s*(True|False)/.exec(header)?.[1];
  const sizes = /'shape':\s*\(([\d,\s]*)\)/.exec(header)?.[1];
  if (code === undefined || fortran === undefined || sizes === undefined)
    return cursor.fail('its header does not name type, order and shape');
  const shape = sizes.split(',').flatMap((size) => (size.trim() === '' ? [] : [Number(size)]));
  const count = countOf(shape);
  if (count === null) return cursor.fail(`[${sizes.slice(0, 80)}] is no shape`);
  const nestedTorch = (bytes: Uint8Array) => readTorchStream(bytes, path);
  if (code === '|O') return readObjects(unpickle(cursor, { path, nestedTorch }), shape, count, cursor.fail);
  const type = parseNumericType(code);
  if (!type) return cursor.fail(`arrays of ${code.slice(0, 20)} are not read`);
  if (count * type.bytes > cursor.left)
    cursor.fail(`[${shape.join(', ')}] needs ${count * type.bytes} bytes, ${cursor.left} are left`);
  const values = decodeNumbers(cursor.bytes(count * type.bytes), type);
  return { shape, data: fortran === 'True' ? toRowMajor(values, shape) : values };
}

/** numpy pickles the whole array; a 0-d one holds one object. */
function readObjects(value: unknown, shape: number[], count: number, fail: (why: string) => never): ObjectArray {
  const objects = (value as Partial<ObjectArray> | null)?.objects;
  if (!objects || objects.length !== count) return fail('an array of objects is not whole');
  return { shape, objects };
}
