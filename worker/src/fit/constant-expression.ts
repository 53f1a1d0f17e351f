import type { FlameModel, LandmarkEmbeddings } from '../assets/types.js';
import { codeJacobian } from './code-jacobian.js';
import { pixelsPerUnit } from './frame-problem.js';
import { imageLandmarks } from './landmark-error.js';
import { expressionCodes, landmarkCount, landmarkModel, shapeCodes } from './landmark-model.js';
import { addNormal, solveInPlace } from './linear-solve.js';
import { yawBin } from './yaw-bin.js';

export interface ConstantExpressionInput {
  readonly flame: FlameModel;
  readonly landmarks: LandmarkEmbeddings;
  readonly frames: readonly Float32Array[]; // [68,3]
  readonly coarse: readonly { shape: ArrayLike<number>; cam: ArrayLike<number>; pose: ArrayLike<number> }[];
}

const ridge = 1e-2; // against directions that the frames do not see
const rounds = 12;

/**
 * The one expression [50] that, with the coarse codes held, gives the frames the least mean landmark distance: least
 * squares, re-weighted so that distances count rather than their squares.
 */
export function fitConstantExpression({ flame, landmarks, frames, coarse }: ConstantExpressionInput): Float64Array {
  const model = landmarkModel(flame, landmarks);
  const n = expressionCodes;
  const zero = new Float64Array(n);
  const parts = frames.map((target, f) => {
    const { shape, cam, pose } = coarse[f]!;
    const rows = codeJacobian(model, pose, yawBin(pose), cam[0]!, { from: shapeCodes, count: n });
    const points = imageLandmarks(flame, landmarks, { shape, exp: zero, pose, cam });
    const miss = points.map((value, i) => (value - target[Math.floor(i / 2) * 3 + (i % 2)]!) * pixelsPerUnit);
    return { rows: rows.map((value) => value * pixelsPerUnit), miss, target };
  });
  let exp = new Float64Array(n);
  for (let round = 0; round < rounds; round += 1) {
    const a = new Float64Array(n * n);
    const g = new Float64Array(n);
    for (const { rows, miss, target } of parts) {
      const weights = pointWeights(rows, miss, target, exp, round > 0);
      const weighted = rows.map((value, i) => value * weights[Math.floor(i / (2 * n))]!);
      addNormal(
        a,
        g,
        weighted,
        miss.map((value, i) => value * weights[Math.floor(i / 2)]!),
        n,
      );
    }
    for (let k = 0; k < n; k += 1) a[k * n + k]! += ridge * frames.length;
    if (!solveInPlace(a, g, n)) break;
    exp = g.map((value) => -value);
  }
  return exp;
}

/** Root of 1 / distance for each point (1 in the first round), with the visibility. */
function pointWeights(
  rows: Float64Array,
  miss: Float64Array,
  target: Float32Array,
  exp: Float64Array,
  byDistance: boolean,
): Float64Array {
  const n = expressionCodes;
  return Float64Array.from({ length: landmarkCount }, (_, i) => {
    const d = [0, 1].map((axis) => {
      const row = i * 2 + axis;
      let value = miss[row]!;
      for (let k = 0; k < n; k += 1) value += rows[row * n + k]! * exp[k]!;
      return value;
    });
    const distance = byDistance ? Math.max(0.05, Math.hypot(d[0]!, d[1]!)) : 1;
    return Math.sqrt(Math.max(0, target[i * 3 + 2]!) / distance);
  });
}
