import { codeJacobian } from './code-jacobian.js';
import {
  dataRows,
  frameJacobian,
  frameResiduals,
  frameUnknowns,
  pixelsPerUnit,
  sumOfSquares,
} from './frame-problem.js';
import { type LandmarkModel, shapeCodes } from './landmark-model.js';
import { addNormal, solveInPlace } from './linear-solve.js';
import { restHead } from './pose-landmarks.js';
import { yawBin } from './yaw-bin.js';

const maxSteps = 40;
const freezeBinsAfter = 20;

// Landmark errors of neighbouring frames are nearly the same error: a clip counts as this many independent frames.
const independentFrames = 1;

interface State {
  readonly shape: Float64Array;
  readonly unknowns: readonly Float64Array[];
}

/**
 * Shape and all frames together: Levenberg-Marquardt whose normal equations are reduced to the shape (each frame's 9
 * unknowns are eliminated). Prior on the shape: unit normal.
 */
export function refineClip(
  model: LandmarkModel,
  frames: readonly Float32Array[],
  shape: Float64Array,
  unknowns: readonly Float64Array[],
): { shape: Float64Array; unknowns: Float64Array[] } {
  const share = Math.min(1, independentFrames / frames.length);
  let state: State = { shape, unknowns };
  let bins = unknowns.map((values) => yawBin(values.subarray(3)));
  let cost = costOf(model, frames, state, bins, share);
  let damping = 1e-4;
  for (let step = 0; step < maxSteps; step += 1) {
    const next = stepFrom(model, frames, state, bins, share, damping);
    const nextCost = next ? costOf(model, frames, next, bins, share) : Number.NaN;
    if (!next || !(nextCost < cost)) {
      damping *= 10;
      if (damping > 1e6) break;
      continue;
    }
    const settled = cost - nextCost < 1e-7 * cost;
    state = next;
    damping = Math.max(1e-9, damping / 10);
    const turned = step < freezeBinsAfter ? state.unknowns.map((values) => yawBin(values.subarray(3))) : bins;
    const same = turned.every((bin, f) => bin === bins[f]);
    if (settled && same) break;
    bins = turned;
    cost = same ? nextCost : costOf(model, frames, state, bins, share);
  }
  return { shape: state.shape, unknowns: [...state.unknowns] };
}

function costOf(
  model: LandmarkModel,
  frames: readonly Float32Array[],
  { shape, unknowns }: State,
  bins: readonly number[],
  share: number,
): number {
  const rest = restHead(model, shape, null);
  let cost = sumOfSquares(shape);
  for (const [f, target] of frames.entries()) {
    cost += share * sumOfSquares(frameResiduals(model, rest, target, unknowns[f]!, bins[f]!));
  }
  return cost;
}

function stepFrom(
  model: LandmarkModel,
  frames: readonly Float32Array[],
  { shape, unknowns }: State,
  bins: readonly number[],
  share: number,
  damping: number,
): State | undefined {
  const n = shapeCodes;
  const rest = restHead(model, shape, null);
  const a = new Float64Array(n * n);
  const g = new Float64Array(n);
  const frameParts: { solved: Float64Array; cross: Float64Array }[] = [];
  for (const [f, target] of frames.entries()) {
    const residuals = frameResiduals(model, rest, target, unknowns[f]!, bins[f]!);
    const own = frameJacobian(model, rest, target, unknowns[f]!, bins[f]!);
    const byShape = shapeRows(model, target, unknowns[f]!, bins[f]!);
    const h = new Float64Array(frameUnknowns * frameUnknowns);
    const gradient = new Float64Array(frameUnknowns);
    addNormal(h, gradient, own, residuals, frameUnknowns);
    for (let k = 0; k < frameUnknowns; k += 1) h[k * frameUnknowns + k]! *= 1 + damping;
    addNormal(a, g, byShape, residuals.subarray(0, dataRows), n);
    const cross = crossTerms(own, byShape);
    // Columns: the cross terms, then the gradient; after solving: H^-1 [cross | gradient].
    const solved = new Float64Array(frameUnknowns * (n + 1));
    for (let k = 0; k < frameUnknowns; k += 1) {
      solved.set(cross.subarray(k * n, (k + 1) * n), k * (n + 1));
      solved[k * (n + 1) + n] = gradient[k]!;
    }
    if (!solveInPlace(h, solved, frameUnknowns, n + 1)) return undefined;
    eliminate(a, g, cross, solved);
    frameParts.push({ solved, cross });
  }
  for (let k = 0; k < n; k += 1) {
    const diagonal = a[k * n + k]! * share + 1;
    for (let j = 0; j <= k; j += 1) a[k * n + j]! *= share;
    a[k * n + k] = diagonal * (1 + damping);
    g[k] = g[k]! * share + shape[k]!;
  }
  if (!solveInPlace(a, g, n)) return undefined;
  return {
    shape: shape.map((value, k) => value - g[k]!),
    unknowns: unknowns.map((values, f) => values.map((value, k) => value - frameDelta(frameParts[f]!.solved, g, k))),
  };
}

/** Shape columns of a frame's data rows, in pixels. */
function shapeRows(model: LandmarkModel, target: Float32Array, unknowns: Float64Array, bin: number): Float64Array {
  const rows = codeJacobian(model, unknowns.subarray(3), bin, unknowns[0]!, { from: 0, count: shapeCodes });
  for (let row = 0; row < dataRows; row += 1) {
    const weight = pixelsPerUnit * Math.sqrt(Math.max(0, target[Math.floor(row / 2) * 3 + 2]!));
    for (let k = 0; k < shapeCodes; k += 1) rows[row * shapeCodes + k]! *= weight;
  }
  return rows;
}

/** own^T byShape: [9, 100]. */
function crossTerms(own: Float64Array, byShape: Float64Array): Float64Array {
  const out = new Float64Array(frameUnknowns * shapeCodes);
  for (let row = 0; row < dataRows; row += 1) {
    for (let k = 0; k < frameUnknowns; k += 1) {
      const value = own[row * frameUnknowns + k]!;
      for (let j = 0; j < shapeCodes; j += 1) out[k * shapeCodes + j]! += value * byShape[row * shapeCodes + j]!;
    }
  }
  return out;
}

/** Takes a frame's unknowns out of the shape's equations: A -= cross^T H^-1 cross, g -= cross^T H^-1 gradient. */
function eliminate(a: Float64Array, g: Float64Array, cross: Float64Array, solved: Float64Array): void {
  const n = shapeCodes;
  for (let k = 0; k < frameUnknowns; k += 1) {
    const line = k * (n + 1);
    for (let i = 0; i < n; i += 1) {
      const value = cross[k * n + i]!;
      g[i]! -= value * solved[line + n]!;
      for (let j = 0; j <= i; j += 1) a[i * n + j]! -= value * solved[line + j]!;
    }
  }
}

/** Step of one frame's unknown once the shape's step is known. */
function frameDelta(solved: Float64Array, shapeDelta: Float64Array, k: number): number {
  const line = k * (shapeCodes + 1);
  let delta = solved[line + shapeCodes]!;
  for (let j = 0; j < shapeCodes; j += 1) delta -= solved[line + j]! * shapeDelta[j]!;
  return delta;
}
