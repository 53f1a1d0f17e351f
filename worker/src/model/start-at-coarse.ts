import type { HostArray } from '../assets/types.js';
import { type HeadPlan, isAdded } from './head.js';

/** SPECTRE's (model-facts §3.3). */
const scale = 1e-3;

/**
 * Fresh weights whose last layer has the rows of added codes a thousand times smaller: the first render is all but the
 * coarse face, so that its gradients make sense (model-facts §3.5). Where nothing is added all weights stay as they are.
 */
export function startAtCoarse(weights: Map<string, HostArray>, head: HeadPlan): Map<string, HostArray> {
  const factors = head.layout.flatMap(({ name, size }) => Array<number>(size).fill(isAdded(head, name) ? scale : 1));
  if (factors.every((factor) => factor === 1)) return weights;
  const scaled = ({ shape, data }: HostArray): HostArray => {
    const columns = data.length / factors.length;
    return { shape, data: (data as Float32Array).map((value, i) => value * factors[Math.floor(i / columns)]!) };
  };
  return new Map([...weights].map(([name, array]) => [name, name.startsWith('vit.mlp_head.') ? scaled(array) : array]));
}
