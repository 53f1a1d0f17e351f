import { invalidLegacyFile } from './invalid-legacy-file.js';

/** An array as a legacy file holds it: any numeric type, row-major. */
export interface LegacyArray {
  readonly shape: readonly number[];
  readonly data: ArrayLike<number | bigint>;
}

/** A dictionary of a legacy file. */
export type LegacyDict = ReadonlyMap<string, unknown>;

/** A value that must be a dictionary. Throws AU_ASSETS_INVALID. */
export function dictOf(value: unknown, what: string, path: string): LegacyDict {
  if (value instanceof Map) return value as LegacyDict;
  throw invalidLegacyFile(path, `${what} is no dictionary`);
}

/** The named entry of a dictionary; throws AU_ASSETS_INVALID when it is missing. */
export function entryOf(dict: LegacyDict, name: string, path: string): unknown {
  if (dict.has(name)) return dict.get(name);
  const known = [...dict.keys()].slice(0, 12).join(', ');
  throw invalidLegacyFile(path, `it has no "${name}"; it has ${known}`);
}

export function isLegacyArray(value: unknown): value is LegacyArray {
  const array = value as Partial<LegacyArray> | null;
  return typeof array === 'object' && array !== null && Array.isArray(array.shape) && array.data !== undefined;
}

/** An entry that must be an array; `shape` fixes its dimensions, null leaves one open. Throws AU_ASSETS_INVALID. */
export function arrayOf(dict: LegacyDict, name: string, shape: readonly (number | null)[], path: string): LegacyArray {
  const value = entryOf(dict, name, path);
  if (!isLegacyArray(value)) throw invalidLegacyFile(path, `"${name}" is no array`);
  const fits =
    value.shape.length === shape.length && shape.every((size, axis) => size === null || size === value.shape[axis]);
  if (fits) return value;
  const wanted = shape.map((size) => size ?? 'any').join(', ');
  throw invalidLegacyFile(path, `"${name}" is [${value.shape.join(', ')}], not [${wanted}]`);
}

/** One value; throws AU_ASSETS_INVALID where it is not finite. */
export function finiteAt({ data }: LegacyArray, index: number, name: string, path: string): number {
  const value = Number(data[index]);
  if (!Number.isFinite(value)) throw invalidLegacyFile(path, `"${name}" holds ${value} at ${index}`);
  return value;
}

/** Values as fp32; throws AU_ASSETS_INVALID at a value that is not finite. */
export function floatsOf(array: LegacyArray, name: string, path: string): Float32Array {
  const floats = new Float32Array(array.data.length);
  for (let i = 0; i < floats.length; i++) floats[i] = finiteAt(array, i, name, path);
  return floats;
}

/** Values as indices in 0 <= value < `below`; throws AU_ASSETS_INVALID at any other. */
export function indicesOf({ data }: LegacyArray, below: number, name: string, path: string): Int32Array {
  const indices = new Int32Array(data.length);
  for (let i = 0; i < data.length; i++) {
    const value = Number(data[i]);
    if (!Number.isInteger(value) || value < 0 || value >= below)
      throw invalidLegacyFile(path, `"${name}" holds ${value} at ${i}, not an index below ${below}`);
    indices[i] = value;
  }
  return indices;
}
