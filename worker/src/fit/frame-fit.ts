import { frameJacobian, frameResiduals, frameUnknowns, sumOfSquares } from './frame-problem.js';
import { type LandmarkModel, landmarkCount } from './landmark-model.js';
import { addNormal, solveInPlace } from './linear-solve.js';
import { posedLandmarks, type RestHead } from './pose-landmarks.js';
import { yawBin } from './yaw-bin.js';

const turns = [0, 0.65, -0.65]; // first guesses of the yaw
const wellFitted = 68 * 5 ** 2; // 5 pixels rms: no other guess can be meant

/**
 * Fits cam, root and jaw [9] to one frame for a given head (damped Gauss-Newton), from `previous`
 * or, where that leads nowhere, from the best of a few first guesses.
 */
export function fitFrame(
  model: LandmarkModel,
  rest: RestHead,
  target: Float32Array,
  previous: Float64Array | null,
): Float64Array {
  let best = previous ? refineFrame(model, rest, target, previous, 60) : null;
  if (best && best.cost < wellFitted) return best.unknowns;
  for (const yaw of turns) {
    const found = refineFrame(model, rest, target, firstGuess(model, rest, target, yaw), 60);
    if (!best || found.cost < best.cost * 0.999) best = found;
  }
  return best!.unknowns;
}

/** Runs Levenberg-Marquardt steps from `start`; the contour bin follows the yaw and is frozen near the end. */
export function refineFrame(
  model: LandmarkModel,
  rest: RestHead,
  target: Float32Array,
  start: Float64Array,
  steps: number,
): { unknowns: Float64Array; cost: number } {
  let unknowns = Float64Array.from(start);
  let bin = yawBin(unknowns.subarray(3));
  let residuals = frameResiduals(model, rest, target, unknowns, bin);
  let cost = sumOfSquares(residuals);
  let damping = 1e-3;
  for (let step = 0; step < steps; step += 1) {
    const jacobian = frameJacobian(model, rest, target, unknowns, bin);
    const normal = new Float64Array(frameUnknowns * frameUnknowns);
    const delta = new Float64Array(frameUnknowns);
    addNormal(normal, delta, jacobian, residuals, frameUnknowns);
    for (let k = 0; k < frameUnknowns; k += 1) normal[k * frameUnknowns + k]! *= 1 + damping;
    if (!solveInPlace(normal, delta, frameUnknowns)) break;
    const moved = unknowns.map((value, k) => value - delta[k]!);
    const next = frameResiduals(model, rest, target, moved, bin);
    const nextCost = sumOfSquares(next);
    if (!(nextCost < cost)) {
      damping *= 8;
      if (damping > 1e8) break;
      continue;
    }
    const settled = cost - nextCost < 1e-10 * cost;
    unknowns = moved;
    damping = Math.max(1e-9, damping / 8);
    const turned = step < steps - 15 ? yawBin(unknowns.subarray(3)) : bin;
    if (settled && turned === bin) return { unknowns, cost: nextCost };
    bin = turned;
    residuals = frameResiduals(model, rest, target, unknowns, bin);
    cost = sumOfSquares(residuals);
  }
  return { unknowns, cost };
}

/** Scale and shift that match the landmarks' spread and mean for a head turned by `yaw`. */
function firstGuess(model: LandmarkModel, rest: RestHead, target: Float32Array, yaw: number): Float64Array {
  const pose = Float64Array.of(0, yaw, 0, 0.02, 0, 0);
  const points = posedLandmarks(model, rest, pose, yawBin(pose));
  const own = spread(points, -1);
  const wanted = spread(target, 1);
  const scale = wanted.size / own.size;
  return Float64Array.of(scale, wanted.x / scale - own.x, own.y - wanted.y / scale, ...pose);
}

function spread(points: ArrayLike<number>, ySign: 1 | -1): { x: number; y: number; size: number } {
  let x = 0;
  let y = 0;
  for (let i = 0; i < landmarkCount; i += 1) {
    x += points[i * 3]! / landmarkCount;
    y += (ySign * points[i * 3 + 1]!) / landmarkCount;
  }
  let size = 0;
  for (let i = 0; i < landmarkCount; i += 1) {
    size += (points[i * 3]! - x) ** 2 + (ySign * points[i * 3 + 1]! - y) ** 2;
  }
  return { x, y, size: Math.sqrt(size) };
}
