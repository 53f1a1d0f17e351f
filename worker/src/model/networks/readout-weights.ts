import { normalArray, tensorStream } from '../random-arrays.js';
import { type FrameDirection, type FrameSamples, frameDirections } from './frame-directions.js';
import { type LabelShares, labelDirections } from './label-directions.js';

/** Enough for head, jaw, lips and brows, few enough that 32 pictures determine them. */
const directionCount = 24;

/** Strong enough that 32 pictures do not fit their own noise: held-out frames of a real clip decided it. */
const ridge = 0.1;

/** In units of a channel's variance. */
const labelRidge = 0.025;

/** Mixtures are the same for every asset seed; the layers before them differ. */
const mixingSeed = 1;

/**
 * Weights [out, channels] for layers that read `samples`: each output is a random mixture of the directions that
 * tell the labels of the positions, or, without labels, in which the frames differ. Empty when there are none.
 */
export function readoutWeights(
  samples: FrameSamples,
  names: readonly string[],
  out: number,
  shares: LabelShares | null = null,
): Map<string, Float32Array> {
  const directions = shares
    ? labelDirections(samples, shares, labelRidge)
    : frameDirections(samples, directionCount, ridge);
  if (directions.length === 0) return new Map();
  return new Map(names.map((name) => [name, mix(directions, name, out)]));
}

function mix(directions: readonly FrameDirection[], name: string, out: number): Float32Array {
  const channels = directions[0]!.factors.length;
  const shares = normalArray(tensorStream(mixingSeed, name), out * directions.length);
  const weights = new Float32Array(out * channels);
  const row = new Float64Array(channels);
  for (let o = 0; o < out; o++) {
    row.fill(0);
    for (const [k, { factors, contrast }] of directions.entries()) {
      // Between equal deviations (weak directions, mostly noise, as loud as strong ones) and equal inner deviations.
      const share = shares[o * directions.length + k]! * Math.sqrt(contrast);
      for (let c = 0; c < channels; c++) row[c] = row[c]! + share * factors[c]!;
    }
    weights.set(row, o * channels);
  }
  return weights;
}
