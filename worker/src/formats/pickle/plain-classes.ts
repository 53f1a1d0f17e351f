import { latin1 } from '../byte-cursor.js';
import { isAllowedClass } from './allowed-class.js';

type Call = (args: readonly unknown[]) => unknown;

const orderedDict: Call = ([pairs]) => {
  if (pairs === undefined) return new Map();
  if (!Array.isArray(pairs)) throw new Error('an OrderedDict of no pairs');
  return new Map(
    pairs.map((pair) => {
      if (!Array.isArray(pair) || pair.length !== 2) throw new Error('an OrderedDict of no pairs');
      const [key, value] = pair as [unknown, unknown];
      return [key instanceof Uint8Array ? latin1(key) : key, value] as const;
    }),
  );
};

const collection: Call = ([items]) => {
  if (items === undefined) return [];
  if (!Array.isArray(items)) throw new Error('a collection of no items');
  return items;
};

const setOf: Call = ([items]) => new Set(Array.isArray(items) ? (items as unknown[]) : []);

/** Makes an object of a class without running its constructor: the class's own empty object. */
const reconstruct: Call = ([made]) => {
  if (!isAllowedClass(made)) throw new Error('what is reconstructed is no class');
  return made.call([]);
};

/** Protocol 2 writes bytes as text and asks for latin1. */
const encode: Call = ([text, encoding]) => {
  if (typeof text !== 'string' || encoding !== 'latin1') throw new Error('only latin1 text is turned into bytes');
  return new Uint8Array(Buffer.from(text, 'latin1'));
};

const nothing: Call = () => new Map();

/** Of Python itself. */
export const plainClasses: Readonly<Record<string, Call>> = {
  'collections.OrderedDict': orderedDict,
  'collections.defaultdict': nothing,
  '_codecs.encode': encode,
  'copy_reg._reconstructor': reconstruct,
  'copyreg._reconstructor': reconstruct,
  '__builtin__.object': nothing,
  'builtins.object': nothing,
  '__builtin__.set': setOf,
  'builtins.set': setOf,
  '__builtin__.frozenset': setOf,
  'builtins.frozenset': setOf,
  '__builtin__.list': collection,
  'builtins.list': collection,
  '__builtin__.dict': nothing,
  'builtins.dict': nothing,
};
