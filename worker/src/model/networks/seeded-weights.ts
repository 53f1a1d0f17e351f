import type { HostArray } from '../../assets/types.js';
import { type Parameter, sizeOf } from '../parameter.js';
import { tensorStream, uniformArray } from '../random-arrays.js';

/**
 * Stand-in weights for a frozen network: matrices and kernels uniform with He's variance 2 / fan in, norm gains and
 * running variances 1, everything else 0. The same seed gives the same bits on every machine.
 */
export function seededWeights(parameters: readonly Parameter[], seed: number): Map<string, HostArray> {
  return new Map(
    parameters.map((parameter) => [parameter.name, { shape: parameter.shape, data: seeded(parameter, seed) }]),
  );
}

function seeded({ name, shape }: Parameter, seed: number): Float32Array {
  const size = sizeOf(shape);
  if (shape.length >= 2) {
    const fanIn = sizeOf(shape.slice(1));
    return uniformArray(tensorStream(seed, name), size, Math.sqrt(6 / fanIn));
  }
  const ones = name.endsWith('.weight') || name.endsWith('.running_var');
  return new Float32Array(size).fill(ones ? 1 : 0);
}
