import { invalidLegacyFile } from '../assets/import/invalid-legacy-file.js';
import { isNdArray, type NdArray } from '../formats/nd-array.js';
import { readTorch } from '../formats/torch.js';
import type { Parameter } from '../model/parameter.js';

export interface FittedWeights {
  /** What the file has under the network's names in its shapes. */
  readonly weights: ReadonlyMap<string, Float32Array>;
  /** Names of the network that the file gives nothing for. */
  readonly missing: readonly string[];
  /** Arrays of the file that have another shape, or no place here: `name [shape]`. */
  readonly unfit: readonly string[];
}

type Dict = ReadonlyMap<unknown, unknown>;

/**
 * What of a predecessor's checkpoint fits a network, as the legacy key `model_path_HJ` is meant (model-facts §0, §13): any
 * state dict of the file is looked through, `module.` in front of names is dropped. Throws AU_FILE_FORMAT; AU_ASSETS_INVALID where nothing fits.
 */
export function fitWeights(data: Uint8Array, path: string, parameters: readonly Parameter[]): FittedWeights {
  const shapes = new Map(parameters.map(({ name, shape }) => [name, shape.join(', ')]));
  const weights = new Map<string, Float32Array>();
  const unfit: string[] = [];
  for (const [name, { shape, data: values }] of arraysOf(readTorch(data, path))) {
    const plain = name.replace(/^module\./, '');
    const known = [plain, `vit.${plain}`].find((one) => shapes.get(one) === shape.join(', ') && !weights.has(one));
    if (known === undefined) unfit.push(`${plain} [${shape.join(', ')}]`);
    else weights.set(known, Float32Array.from(values as Float32Array));
  }
  if (weights.size === 0)
    throw invalidLegacyFile(path, `none of its ${unfit.length} arrays fits the network${some(unfit)}`);
  return { weights, missing: parameters.map(({ name }) => name).filter((name) => !weights.has(name)), unfit };
}

/** The arrays of a state dict, or of all state dicts that a checkpoint holds; not an optimiser's, which has numbers for names. */
function* arraysOf(value: unknown): Generator<[string, NdArray]> {
  if (!(value instanceof Map)) return;
  for (const [key, one] of value as Dict) {
    if (typeof key !== 'string' || key === 'opt' || key === 'optimizer') continue;
    if (isNdArray(one)) yield [key, one];
    else yield* arraysOf(one);
  }
}

/** The first names of a list for a message. */
export function some(names: readonly string[], count = 5): string {
  if (names.length === 0) return '';
  const rest = names.length > count ? `, and ${names.length - count} more` : '';
  return `: ${names.slice(0, count).join(', ')}${rest}`;
}
