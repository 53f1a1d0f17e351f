import { normalArray, tensorStream } from '../random-arrays.js';
import { type FrameDirection, type FrameSamples, frameDirections } from './frame-directions.js';

/** Enough for head, jaw, lips and brows, few enough that 32 pictures determine them. */
const directionCount = 24;

/** Strong enough that 32 pictures do not fit their own noise: held-out frames of a real clip decided it. */
const ridge = 0.1;

/** Mixtures are the same for every asset seed; the layers before them differ. */
const mixingSeed = 1;

/**
 * Weights [out, channels] for layers that read `samples`: each output is a random mixture of the directions in which
 * the frames differ. Empty when the frames do not differ.
 */
export function readoutWeights(
  samples: FrameSamples,
  names: readonly string[],
  out: number,
): Map<string, Float32Array> {
  const directions = frameDirections(samples, directionCount, ridge);
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
