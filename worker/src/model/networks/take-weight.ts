import { AuseqError } from '@auseq/proto/errors';
import type { WeightMap } from '../../assets/types.js';

/** The fp32 values of a named weight; throws AU_ASSETS_INVALID when it is missing, of another shape or not fp32. */
export function takeWeight(weights: WeightMap, name: string, shape: readonly number[]): Float32Array {
  const found = weights.get(name);
  if (!found) throw invalid(`the weight ${name} is missing`, `${weights.size} other names were found`);
  if (!(found.data instanceof Float32Array))
    throw invalid(`the weight ${name} is not float32`, 'networks are stored as fp32');
  if (found.shape.length !== shape.length || found.shape.some((extent, i) => extent !== shape[i])) {
    throw invalid(
      `the weight ${name} has the shape [${found.shape.join(', ')}]`,
      `this network needs [${shape.join(', ')}]`,
    );
  }
  return found.data;
}

function invalid(what: string, why: string): AuseqError {
  return new AuseqError('AU_ASSETS_INVALID', {
    what,
    why,
    try: 'check that the assets belong to the preset of the config: auseq assets status',
  });
}
