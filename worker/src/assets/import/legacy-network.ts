import { auScoreParameters } from '../../model/networks/au-scores.js';
import { networkParameters } from '../../model/networks/parameters.js';
import { type ResNetShape, resNetShapes } from '../../model/networks/resnet-shape.js';
import type { HostArray, NetworkName, WeightMap } from '../types.js';
import { invalidLegacyFile } from './invalid-legacy-file.js';
import { floatsOf, isLegacyArray, type LegacyDict } from './legacy-values.js';

export interface LegacyNetwork {
  readonly preset: 'legacy' | 'tiny';
  readonly weights: WeightMap;
  /** Keys of the file that the network does not use (classifiers, graph layers, counters). */
  readonly unused: readonly string[];
}

/**
 * The weights of one network from a state dict: a `module.` prefix is stripped, names are the original ones
 * (model-facts §2.1, §4.2, §5, §11), and the sizes decide the preset. Throws AU_ASSETS_INVALID listing what is missing
 * or has another shape.
 */
export function legacyNetwork(name: NetworkName, stateDict: LegacyDict, path: string): LegacyNetwork {
  const found = new Map([...stateDict].map(([key, value]) => [key.replace(/^module\./, ''), value]));
  const problems: string[] = [];
  for (const preset of ['legacy', 'tiny'] as const) {
    const sizes: ResNetShape = resNetShapes[preset];
    const parameters = networkParameters(name, sizes);
    const wrong = parameters.flatMap(({ name: key, shape }) => mismatch(key, shape, found.get(key)));
    if (wrong.length > 0) {
      problems.push(`as ${preset}: ${wrong.length} of ${parameters.length} weights do not fit, first ${wrong[0]}`);
      continue;
    }
    const weights = new Map<string, HostArray>();
    // The AU losses read them where they are; without those losses a network is whole without them.
    const scores = name === 'au_net' ? auScoreParameters(sizes) : [];
    const fitting = scores.filter(({ name: key, shape }) => mismatch(key, shape, found.get(key)).length === 0);
    for (const { name: key, shape } of [...parameters, ...fitting]) {
      const value = found.get(key);
      if (isLegacyArray(value)) weights.set(key, { shape, data: floatsOf(value, key, path) });
    }
    return { preset, weights, unused: [...found.keys()].filter((key) => !weights.has(key)) };
  }
  throw invalidLegacyFile(path, `it does not hold the weights of ${name}; ${problems.join('; ')}`);
}

function mismatch(key: string, shape: readonly number[], value: unknown): string[] {
  if (value === undefined) return [`${key}: missing`];
  if (!isLegacyArray(value)) return [`${key}: no array`];
  return value.shape.join() === shape.join() ? [] : [`${key}: [${value.shape.join(', ')}], not [${shape.join(', ')}]`];
}
