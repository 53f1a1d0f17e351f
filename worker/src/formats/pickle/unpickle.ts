import { AuseqError } from '@auseq/proto/errors';
import { type ByteCursor, createCursor, latin1 } from '../byte-cursor.js';
import { allowedClass } from './allow-list.js';
import { isAllowedClass, isStateful } from './allowed-class.js';
import { opcodes as op } from './opcodes.js';
import { parseStringLiteral, parseUnicodeLine } from './text-literals.js';
import { loadFromBytes } from './torch-classes.js';

export interface UnpickleOptions {
  /** For messages. */
  readonly path: string;
  /** What a persistent id stands for (torch's storages); without it such a pickle is refused. */
  readonly persistent?: (id: unknown) => unknown;
  /** Reads what torch wrote into the bytes of a plain pickle; without it such a pickle is refused. */
  readonly nestedTorch?: (bytes: Uint8Array) => unknown;
}

/** Far above what any weight file needs; a hostile one must not fill the memory. */
const mostContainers = 200_000;
const deepestStack = 1_000_000;
const mostMemos = 1_000_000;
const longestInteger = 256;
const highestProtocol = 5;

/**
 * Reads one pickle (protocols 0 to 5) at the cursor. Dictionaries become maps, lists and tuples arrays, bytes and Python 2's
 * strings views of the input, integers beyond 2^53 bigints. Only classes of the allow-list are known, and they are ours:
 * a pickle never runs code. Throws AU_FILE_FORMAT naming the byte, or the class that is not allowed.
 */
export function unpickle(source: ByteCursor, options: UnpickleOptions): unknown {
  const machine = createMachine(source, options);
  try {
    for (;;) {
      const code = source.u8();
      if (code === op.STOP) return machine.pop();
      machine.run(code);
    }
  } catch (error) {
    if (error instanceof AuseqError) throw error;
    return source.fail(error instanceof Error ? error.message : String(error));
  }
}

/** Reads a pickle that fills the whole of `data`. */
export function unpickleBytes(data: Uint8Array, options: UnpickleOptions): unknown {
  return unpickle(createCursor(data, options.path), options);
}

interface Machine {
  run(code: number): void;
  pop(): unknown;
}

function createMachine(source: ByteCursor, { persistent, nestedTorch }: UnpickleOptions): Machine {
  const stack: unknown[] = [];
  const marks: number[] = [];
  const memo: unknown[] = [];
  let containers = 0;

  const push = (value: unknown): void => {
    if (stack.length >= deepestStack) throw new Error(`more than ${deepestStack} values wait on the stack`);
    stack.push(value);
  };
  const made = <T>(container: T): T => {
    if (++containers > mostContainers) throw new Error(`more than ${mostContainers} objects`);
    return container;
  };
  const floor = () => marks.at(-1) ?? 0;
  const pop = (): unknown => {
    if (stack.length <= floor()) throw new Error('the stack is empty');
    return stack.pop();
  };
  const top = (): unknown => {
    if (stack.length <= floor()) throw new Error('the stack is empty');
    return stack.at(-1);
  };
  const popMark = (): unknown[] => {
    const from = marks.pop();
    if (from === undefined) throw new Error('there is no mark');
    return stack.splice(from);
  };
  const popArray = (): unknown[] => {
    const value = pop();
    if (!Array.isArray(value)) throw new Error('a tuple of arguments is expected');
    return value;
  };
  const text = (value: unknown): string => {
    if (typeof value === 'string') return value;
    if (value instanceof Uint8Array) return latin1(value);
    throw new Error('a name is expected');
  };
  const call = (callee: unknown, args: readonly unknown[]): unknown => {
    if (!isAllowedClass(callee)) throw new Error('what is called is no class');
    if (callee.name === loadFromBytes && nestedTorch && args[0] instanceof Uint8Array)
      return made(nestedTorch(args[0]));
    return made(callee.call(args));
  };
  const setItems = (target: unknown, items: readonly unknown[]): void => {
    if (!(target instanceof Map)) throw new Error('a dictionary is expected');
    if (items.length % 2 === 1) throw new Error('a key has no value');
    for (let i = 0; i < items.length; i += 2) {
      const key = items[i];
      target.set(key instanceof Uint8Array ? latin1(key) : key, items[i + 1]);
    }
  };
  const append = (items: readonly unknown[]): void => {
    const target = top();
    if (!Array.isArray(target)) throw new Error('a list is expected');
    for (const item of items) target.push(item);
  };
  const put = (index: number): void => {
    if (!(index >= 0 && index < mostMemos)) throw new Error(`memo ${index} is out of bounds`);
    memo[index] = top();
  };
  const get = (index: number): void => {
    if (!(index in memo)) throw new Error(`memo ${index} was never set`);
    push(memo[index]);
  };
  const integer = (length: number): number | bigint => {
    if (length > longestInteger) throw new Error(`an integer of ${length} bytes`);
    let value = 0n;
    for (const [index, byte] of source.bytes(length).entries()) value |= BigInt(byte) << BigInt(8 * index);
    return narrow(BigInt.asIntN(8 * length, value));
  };
  const decimal = (): number | bigint => {
    const line = source.line().replace(/L$/, '');
    if (!/^[+-]?\d{1,600}$/.test(line)) throw new Error(`"${line.slice(0, 40)}" is no integer`);
    return narrow(BigInt(line));
  };
  const utf8 = (length: number): string => Buffer.from(source.bytes(length)).toString('utf8');
  const set = (items: readonly unknown[]) => made(new Set(items));
  const dictOf = (items: readonly unknown[]) => {
    const dict = made(new Map<unknown, unknown>());
    setItems(dict, items);
    return dict;
  };
  const tuple = (length: number): void => {
    if (stack.length - floor() < length) throw new Error('the stack is empty');
    push(made(stack.splice(stack.length - length)));
  };

  const actions: Readonly<Record<number, () => void>> = {
    [op.PROTO]() {
      const protocol = source.u8();
      if (protocol > highestProtocol) throw new Error(`protocol ${protocol} is not known`);
    },
    [op.FRAME]: () => void source.u64(),
    [op.MARK]: () => void marks.push(stack.length),
    [op.POP]() {
      if (stack.length > floor()) stack.pop();
      else if (marks.pop() === undefined) throw new Error('the stack is empty');
    },
    [op.POP_MARK]: () => void popMark(),
    [op.DUP]: () => push(top()),
    [op.NONE]: () => push(null),
    [op.NEWTRUE]: () => push(true),
    [op.NEWFALSE]: () => push(false),
    [op.INT]() {
      const line = source.line();
      if (line === '00' || line === '01') return push(line === '01');
      if (!/^[+-]?\d{1,600}$/.test(line)) throw new Error(`"${line.slice(0, 40)}" is no integer`);
      push(narrow(BigInt(line)));
    },
    [op.BININT]: () => push(source.i32()),
    [op.BININT1]: () => push(source.u8()),
    [op.BININT2]: () => push(source.u16()),
    [op.LONG]: () => push(decimal()),
    [op.LONG1]: () => push(integer(source.u8())),
    [op.LONG4]: () => push(integer(source.u32())),
    [op.FLOAT]() {
      const line = source.line();
      const value = line === 'nan' ? Number.NaN : Number(line.replace('inf', 'Infinity'));
      if (Number.isNaN(value) && line !== 'nan') throw new Error(`"${line.slice(0, 40)}" is no number`);
      push(value);
    },
    [op.BINFLOAT]: () => push(source.f64BigEndian()),
    [op.STRING]: () => push(parseStringLiteral(source.line())),
    [op.BINSTRING]: () => push(source.bytes(source.i32())),
    [op.SHORT_BINSTRING]: () => push(source.bytes(source.u8())),
    [op.BINBYTES]: () => push(source.bytes(source.u32())),
    [op.SHORT_BINBYTES]: () => push(source.bytes(source.u8())),
    [op.BINBYTES8]: () => push(source.bytes(source.u64())),
    [op.BYTEARRAY8]: () => push(source.bytes(source.u64())),
    [op.UNICODE]: () => push(parseUnicodeLine(source.line())),
    [op.BINUNICODE]: () => push(utf8(source.u32())),
    [op.SHORT_BINUNICODE]: () => push(utf8(source.u8())),
    [op.BINUNICODE8]: () => push(utf8(source.u64())),
    [op.EMPTY_LIST]: () => push(made([])),
    [op.EMPTY_TUPLE]: () => push(made([])),
    [op.EMPTY_DICT]: () => push(made(new Map())),
    [op.EMPTY_SET]: () => push(set([])),
    [op.LIST]: () => push(made(popMark())),
    [op.TUPLE]: () => push(made(popMark())),
    [op.TUPLE1]: () => tuple(1),
    [op.TUPLE2]: () => tuple(2),
    [op.TUPLE3]: () => tuple(3),
    [op.DICT]: () => push(dictOf(popMark())),
    [op.FROZENSET]: () => push(set(popMark())),
    [op.APPEND]() {
      const item = pop();
      append([item]);
    },
    [op.APPENDS]: () => append(popMark()),
    [op.ADDITEMS]() {
      const items = popMark();
      const target = top();
      if (!(target instanceof Set)) throw new Error('a set is expected');
      for (const item of items) target.add(item);
    },
    [op.SETITEM]() {
      const value = pop();
      const key = pop();
      setItems(top(), [key, value]);
    },
    [op.SETITEMS]() {
      const items = popMark();
      setItems(top(), items);
    },
    [op.GET]: () => get(Number(decimal())),
    [op.BINGET]: () => get(source.u8()),
    [op.LONG_BINGET]: () => get(source.u32()),
    [op.PUT]: () => put(Number(decimal())),
    [op.BINPUT]: () => put(source.u8()),
    [op.LONG_BINPUT]: () => put(source.u32()),
    [op.MEMOIZE]: () => put(memo.length),
    [op.GLOBAL]() {
      const module = source.line();
      push(allowedClass(module, source.line()));
    },
    [op.STACK_GLOBAL]() {
      const name = text(pop());
      push(allowedClass(text(pop()), name));
    },
    [op.REDUCE]() {
      const args = popArray();
      push(call(pop(), args));
    },
    [op.NEWOBJ]() {
      const args = popArray();
      push(call(pop(), args));
    },
    [op.NEWOBJ_EX]() {
      const named = pop();
      const args = popArray();
      if (!(named instanceof Map) || named.size > 0) throw new Error('named arguments are not known');
      push(call(pop(), args));
    },
    [op.INST]() {
      const module = source.line();
      const callee = allowedClass(module, source.line());
      push(call(callee, popMark()));
    },
    [op.OBJ]() {
      const [callee, ...args] = popMark();
      push(call(callee, args));
    },
    [op.BUILD]() {
      const state = pop();
      const target = top();
      if (isStateful(target)) target.setState(state);
      // Attributes of an OrderedDict (torch keeps versions of modules there) mean nothing to weights.
      else if (!(target instanceof Map)) throw new Error('an object without state gets one');
    },
    [op.PERSID]: () => push(resolvePersistent(source.line())),
    [op.BINPERSID]: () => push(resolvePersistent(pop())),
  };

  function resolvePersistent(id: unknown): unknown {
    if (!persistent) throw new Error('it refers to data outside of itself');
    return made(persistent(id));
  }

  return {
    pop,
    run(code) {
      const action = actions[code];
      if (!action) throw new Error(`the opcode 0x${code.toString(16)} is not known`);
      action();
    },
  };
}

function narrow(value: bigint): number | bigint {
  const number = Number(value);
  return Number.isSafeInteger(number) ? number : value;
}
