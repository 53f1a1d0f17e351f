import type { HostArray } from '../../assets/types.js';
import { initParameters } from '../bivit/init.js';
import type { BivitShape } from '../bivit/shape.js';
import { bivit2Parameters } from './parameters.js';

/** Fresh weights of bivit2 by the rules of `initBivit`; both embeddings start as the position table does. */
export function initBivit2(shape: BivitShape, seed: number): Map<string, HostArray> {
  return initParameters(bivit2Parameters(shape), seed);
}
