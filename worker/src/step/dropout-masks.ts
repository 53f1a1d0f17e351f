import { streamBits, streamKey } from '../model/counter-hash.js';
import { sizeOf } from '../model/parameter.js';
import type { DropoutSite } from './dropout-sites.js';

export interface DropoutRequest {
  readonly seed: number;
  /** Optimiser step: masks differ from step to step. */
  readonly step: number;
  /** Index of the first sequence in the global batch: a leaf's masks are the rows of the whole batch's. */
  readonly firstIndex: number;
  readonly batch: number;
  /** Share of the values that is dropped, 0 <= rate < 1. */
  readonly rate: number;
  readonly sites: readonly DropoutSite[];
}

/**
 * Dropout multipliers [batch, ...site shape], 0 or 1/(1-rate), by integer arithmetic from (seed, step, index in the
 * global batch, site, element) alone (PROTOCOL 5), so that every worker and both programs of a step see the same bits.
 */
export function fillDropoutMasks(request: DropoutRequest): Record<string, Float32Array> {
  const { seed, step, firstIndex, batch, rate, sites } = request;
  const masks: Record<string, Float32Array> = {};
  for (const [site, { name, shape }] of sites.entries()) {
    const size = sizeOf(shape);
    const mask = new Float32Array(batch * size);
    for (let row = 0; row < batch; row++) {
      const key = streamKey(seed, step, firstIndex + row, site);
      fillRow(mask.subarray(row * size, (row + 1) * size), key.a, key.b, rate);
    }
    masks[name] = mask;
  }
  return masks;
}

function fillRow(row: Float32Array, a: number, b: number, rate: number): void {
  const dropBelow = Math.round(rate * 0x100000000);
  const kept = 1 / (1 - rate);
  for (let i = 0; i < row.length; i++) row[i] = streamBits(a, b, i) >>> 0 < dropBelow ? 0 : kept;
}
