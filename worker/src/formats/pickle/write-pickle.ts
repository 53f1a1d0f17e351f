import { opcodes as op } from './opcodes.js';
import type { PythonValue, TorchTensor } from './python-value.js';

/**
 * A pickle of protocol 2, as torch writes it. `storage` gives each tensor's storage a key; the values themselves do not
 * stand in the pickle (model-facts §9). Throws RangeError for a number that is no int of 53 bits.
 */
export function writePickle(value: PythonValue, storage: (tensor: TorchTensor['tensor']) => string): Buffer {
  const out: Buffer[] = [Buffer.from([op.PROTO, 2])];
  const code = (...bytes: number[]) => out.push(Buffer.from(bytes));

  const text = (string: string): void => {
    const bytes = Buffer.from(string, 'utf8');
    const length = Buffer.alloc(4);
    length.writeUInt32LE(bytes.length);
    out.push(Buffer.from([op.BINUNICODE]), length, bytes);
  };
  const integer = (number: number): void => {
    if (!Number.isSafeInteger(number)) throw new RangeError(`${number} is no int`);
    if (number >= -(2 ** 31) && number < 2 ** 31) {
      const bytes = Buffer.alloc(5, op.BININT);
      bytes.writeInt32LE(number, 1);
      out.push(bytes);
      return;
    }
    const bytes = Buffer.alloc(10);
    bytes.writeUInt8(op.LONG1, 0);
    bytes.writeUInt8(8, 1);
    bytes.writeBigInt64LE(BigInt(number), 2);
    out.push(bytes);
  };
  const float = (number: number): void => {
    const bytes = Buffer.alloc(9, op.BINFLOAT);
    bytes.writeDoubleBE(number, 1);
    out.push(bytes);
  };
  const global = (module: string, name: string): void => {
    out.push(Buffer.from(`c${module}\n${name}\n`, 'latin1'));
  };
  const orderedDict = (entries: Iterable<readonly [string, PythonValue]>): void => {
    global('collections', 'OrderedDict');
    code(op.EMPTY_TUPLE, op.REDUCE);
    items(entries);
  };
  const items = (entries: Iterable<readonly [string | number, PythonValue]>): void => {
    code(op.MARK);
    for (const [key, item] of entries) {
      write(key);
      write(item);
    }
    code(op.SETITEMS);
  };
  const tensor = (array: TorchTensor['tensor']): void => {
    const { shape, data } = array;
    global('torch._utils', '_rebuild_tensor_v2');
    code(op.MARK, op.MARK);
    text('storage');
    global('torch', data instanceof Float32Array ? 'FloatStorage' : 'LongStorage');
    text(storage(array));
    text('cpu');
    integer(data.length);
    code(op.TUPLE, op.BINPERSID);
    integer(0);
    integers(shape);
    integers(shape.map((_, axis) => shape.slice(axis + 1).reduce((product, size) => product * size, 1)));
    code(op.NEWFALSE);
    orderedDict([]);
    code(op.TUPLE, op.REDUCE);
  };
  const integers = (numbers: readonly number[]): void => {
    code(op.MARK);
    for (const number of numbers) integer(number);
    code(op.TUPLE);
  };
  const write = (one: PythonValue): void => {
    if (one === null) code(op.NONE);
    else if (typeof one === 'boolean') code(one ? op.NEWTRUE : op.NEWFALSE);
    else if (typeof one === 'number') integer(one);
    else if (typeof one === 'string') text(one);
    else if (isList(one)) {
      code(op.EMPTY_LIST, op.MARK);
      for (const item of one) write(item);
      code(op.APPENDS);
    } else if (one instanceof Map) {
      code(op.EMPTY_DICT);
      items(one as ReadonlyMap<string | number, PythonValue>);
    } else if ('float' in one) float(one.float);
    else if ('ordered' in one) orderedDict(one.ordered);
    else if ('tensor' in one) tensor(one.tensor);
    else if ('tuple' in one) {
      code(op.MARK);
      for (const item of one.tuple) write(item);
      code(op.TUPLE);
    }
  };
  write(value);
  code(op.STOP);
  return Buffer.concat(out);
}

/** Array.isArray does not narrow readonly arrays. */
function isList(value: PythonValue): value is readonly PythonValue[] {
  return Array.isArray(value);
}
