import type { HostArray } from '../../assets/types.js';
import { type Parameter, sizeOf } from '../parameter.js';
import { normalArray, tensorStream, uniformArray } from '../random-arrays.js';
import { type BivitShape, bivitParameters } from './shape.js';

/**
 * Fresh weights by the rules torch applies to these layers (model-facts §0.1): Linear weight and bias U(+-1/sqrt(fan
 * in)), norms 1 and 0, position table and class token unit normal, head weight Xavier uniform. In state-dict order.
 */
export function initBivit(shape: BivitShape, seed: number): Map<string, HostArray> {
  return initParameters(bivitParameters(shape), seed);
}

/** The same rules for any list of parameters with these endings. */
export function initParameters(parameters: readonly Parameter[], seed: number): Map<string, HostArray> {
  const fanIn = new Map(
    parameters.filter(({ shape: s }) => s.length === 2).map(({ name, shape: s }) => [layerOf(name), s[1]!]),
  );
  return new Map(
    parameters.map((parameter) => [
      parameter.name,
      { shape: parameter.shape, data: initial(parameter, fanIn.get(layerOf(parameter.name)), seed) },
    ]),
  );
}

const layerOf = (name: string): string => name.slice(0, name.lastIndexOf('.'));

function initial({ name, shape }: Parameter, fanIn: number | undefined, seed: number): Float32Array {
  const key = tensorStream(seed, name);
  const size = sizeOf(shape);
  if (shape.length === 3) return normalArray(key, size);
  // A layer without a matrix is a norm.
  if (fanIn === undefined) return new Float32Array(size).fill(name.endsWith('.weight') ? 1 : 0);
  if (name === 'vit.mlp_head.weight') return uniformArray(key, size, Math.sqrt(6 / (shape[0]! + shape[1]!)));
  return uniformArray(key, size, 1 / Math.sqrt(fanIn));
}
