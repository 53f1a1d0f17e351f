import { splitDraws } from '../data/draws.js';
import type { Draw } from '../data/types.js';
import type { EngineInputs } from './engine-inputs.js';

/** At most `count` draws of training frames, evenly spread over the data set. */
export function trainDrawsSpread({ manifest, config }: EngineInputs, count: number): Draw[] {
  const all = splitDraws(manifest, 'train', config.dataset.windowsize);
  return spread(all, count).map((one, position) => ({ ...one, position }));
}

/** At most `count` items, evenly spread, ends included. */
export function spread<T>(items: readonly T[], count: number): T[] {
  if (items.length <= count) return [...items];
  return Array.from({ length: count }, (_, index) => items[Math.round((index * (items.length - 1)) / (count - 1))]!);
}
