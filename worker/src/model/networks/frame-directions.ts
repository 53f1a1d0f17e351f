import { factorise, solveLower, solveUpper } from './cholesky.js';
import { symmetricEigen } from './symmetric-eigen.js';

/** Values of `channels` at `positions` of each of `frames` pictures: [frames, positions, channels]. */
export interface FrameSamples {
  readonly data: Float32Array;
  readonly frames: number;
  readonly positions: number;
  readonly channels: number;
}

export interface FrameDirection {
  /** One factor per channel; the projection's means over the pictures have unit variance. */
  readonly factors: Float64Array;
  /** Deviation between pictures by deviation inside one. */
  readonly contrast: number;
}

/** Directions weaker than this share of the strongest carry rounding noise. */
const weakest = 1e-6;

/**
 * Linear discriminants of the frames: projections of the channels whose mean over a picture differs most between
 * pictures, measured against how much it varies inside one. Strongest first, at most `count`, none when the frames are
 * equal. `ridge` is added to the inner covariance as a share of its mean variance.
 */
export function frameDirections(samples: FrameSamples, count: number, ridge: number): FrameDirection[] {
  const { frames, channels } = samples;
  const means = frameMeans(samples);
  const factor = innerCovariance(samples, means, ridge);
  factorise(factor, channels);
  const centre = average(means, channels);
  const whitened = means.map((mean) => {
    const deviation = mean.map((value, c) => value - centre[c]!);
    solveLower(factor, channels, deviation);
    return deviation;
  });
  const gram = whitened.map((x) => Float64Array.from(whitened, (y) => dot(x, y) / frames));
  const pairs = symmetricEigen(gram).slice(0, Math.min(count, frames - 1));
  const strongest = pairs[0]?.value ?? 0;
  return pairs
    .filter(({ value }) => value > 0 && value >= weakest * strongest)
    .map(({ value, vector }) => {
      const factors = new Float64Array(channels);
      // The sum is sqrt(frames * value) long; over sqrt(frames) * value it has unit variance over the frames.
      for (const [i, row] of whitened.entries()) accumulate(factors, row, vector[i]! / (Math.sqrt(frames) * value));
      solveUpper(factor, channels, factors);
      return { factors, contrast: Math.sqrt(value) };
    });
}

function frameMeans({ data, frames, positions, channels }: FrameSamples): Float64Array[] {
  return Array.from({ length: frames }, (_, i) => {
    const mean = new Float64Array(channels);
    for (let p = 0, at = i * positions * channels; p < positions; p++) {
      for (let c = 0; c < channels; c++, at++) mean[c] = mean[c]! + data[at]! / positions;
    }
    return mean;
  });
}

/** Lower triangle of the covariance of the positions around their frame's mean, plus the ridge. */
function innerCovariance(samples: FrameSamples, means: readonly Float64Array[], ridge: number): Float64Array {
  const { data, frames, positions, channels: n } = samples;
  const covariance = new Float64Array(n * n);
  const deviation = new Float64Array(n);
  for (let i = 0; i < frames; i++) {
    for (let p = 0; p < positions; p++) {
      const at = (i * positions + p) * n;
      for (let c = 0; c < n; c++) deviation[c] = data[at + c]! - means[i]![c]!;
      for (let a = 0; a < n; a++) {
        const value = deviation[a]! / (frames * positions);
        if (value !== 0)
          for (let b = 0; b <= a; b++) covariance[a * n + b] = covariance[a * n + b]! + value * deviation[b]!;
      }
    }
  }
  let trace = 0;
  for (let c = 0; c < n; c++) trace += covariance[c * n + c]!;
  // A tiny floor keeps constant pictures solvable.
  for (let c = 0; c < n; c++) covariance[c * n + c] = covariance[c * n + c]! + (ridge * trace) / n + 1e-30;
  return covariance;
}

function average(rows: readonly Float64Array[], length: number): Float64Array {
  const mean = new Float64Array(length);
  for (const row of rows) accumulate(mean, row, 1 / rows.length);
  return mean;
}

function accumulate(into: Float64Array, row: Float64Array, factor: number): void {
  for (let i = 0; i < into.length; i++) into[i] = into[i]! + row[i]! * factor;
}

function dot(x: Float64Array, y: Float64Array): number {
  let sum = 0;
  for (let i = 0; i < x.length; i++) sum += x[i]! * y[i]!;
  return sum;
}
