import { type LandmarkModel, landmarkCount } from './landmark-model.js';
import { posedLandmarks, type RestHead } from './pose-landmarks.js';

/** One frame's unknowns: cam [3] (s, tx, ty), root [3], jaw [3]. */
export const frameUnknowns = 9;
export const dataRows = landmarkCount * 2;
const priorRows = 6;
export const frameRows = dataRows + priorRows;

/** Residuals are counted in pixels at this image size. */
export const pixelsPerUnit = 112;

// Where the jaw may be, in radians: it opens about x; sideways and roll stay small (a weak prior, and walls at the ends).
const jaw = { rest: 0.05, spread: 0.35, low: -0.05, high: 0.6, wall: 0.01, sideways: 0.03 } as const;

/**
 * Residuals [136 + 6] of one frame in pixels: weak perspective (model-facts §2.2) of the 68 landmarks minus the target [68,3]
 * times the root of its visibility, then the jaw's priors.
 */
export function frameResiduals(
  model: LandmarkModel,
  rest: RestHead,
  target: Float32Array,
  unknowns: Float64Array,
  bin: number,
): Float64Array {
  const out = new Float64Array(frameRows);
  const points = posedLandmarks(model, rest, unknowns.subarray(3), bin);
  const [s, tx, ty] = unknowns as unknown as [number, number, number];
  for (let i = 0; i < landmarkCount; i += 1) {
    const weight = pixelsPerUnit * Math.sqrt(Math.max(0, target[i * 3 + 2]!));
    out[i * 2] = weight * (s * (points[i * 3]! + tx) - target[i * 3]!);
    out[i * 2 + 1] = weight * (-s * (points[i * 3 + 1]! + ty) - target[i * 3 + 1]!);
  }
  const open = unknowns[6]!;
  out[dataRows] = (open - jaw.rest) / jaw.spread;
  out[dataRows + 1] = Math.min(0, open - jaw.low) / jaw.wall;
  out[dataRows + 2] = Math.max(0, open - jaw.high) / jaw.wall;
  out[dataRows + 3] = unknowns[7]! / jaw.sideways;
  out[dataRows + 4] = unknowns[8]! / jaw.sideways;
  out[dataRows + 5] = Math.min(0, s - 0.2) / jaw.wall; // a head never turns inside out
  return out;
}

/** d residuals / d unknowns [142, 9] by central differences: 9 unknowns and smooth functions make this exact enough. */
export function frameJacobian(
  model: LandmarkModel,
  rest: RestHead,
  target: Float32Array,
  unknowns: Float64Array,
  bin: number,
): Float64Array {
  const out = new Float64Array(frameRows * frameUnknowns);
  const moved = Float64Array.from(unknowns);
  for (let k = 0; k < frameUnknowns; k += 1) {
    const step = 1e-6;
    moved[k] = unknowns[k]! + step;
    const plus = frameResiduals(model, rest, target, moved, bin);
    moved[k] = unknowns[k]! - step;
    const minus = frameResiduals(model, rest, target, moved, bin);
    moved[k] = unknowns[k]!;
    for (let row = 0; row < frameRows; row += 1) {
      out[row * frameUnknowns + k] = (plus[row]! - minus[row]!) / (2 * step);
    }
  }
  return out;
}

export function sumOfSquares(values: Float64Array): number {
  let sum = 0;
  for (const value of values) sum += value * value;
  return sum;
}

/** Root of the mean squared landmark distance in pixels. */
export function rmsOf(residuals: Float64Array): number {
  return Math.sqrt(sumOfSquares(residuals.subarray(0, dataRows)) / landmarkCount);
}
