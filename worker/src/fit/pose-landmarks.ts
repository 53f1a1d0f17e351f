import { expressionCodes, type LandmarkModel, landmarkCount, type PointSet, shapeCodes } from './landmark-model.js';
import { rotationOf } from './rotation.js';

const codeCount = shapeCodes + expressionCodes;
const identity = [1, 0, 0, 0, 1, 0, 0, 0, 1];

/** Landmark vertices and joints for given codes, before any rotation. */
export interface RestHead {
  readonly vertices: Float64Array; // [n,3]
  readonly joints: Float64Array; // [2,3]
}

/** Template plus code-weighted directions (model-facts §1.3 steps 1 and 2). */
export function restHead(model: LandmarkModel, shape: ArrayLike<number>, exp: ArrayLike<number> | null): RestHead {
  const vertices = Float64Array.from(model.template);
  const joints = Float64Array.from(model.joints);
  const used = exp ? codeCount : shapeCodes;
  const codes = Float64Array.from({ length: used }, (_, k) => (k < shapeCodes ? shape[k]! : exp![k - shapeCodes]!));
  const addTo = (out: Float64Array, directions: Float64Array): void => {
    for (let i = 0; i < out.length; i += 1) {
      let sum = 0;
      for (let k = 0; k < used; k += 1) sum += directions[i * codeCount + k]! * codes[k]!;
      out[i]! += sum;
    }
  };
  addTo(vertices, model.directions);
  addTo(joints, model.jointDirections);
  return { vertices, joints };
}

/** Rotations of root and jaw for pose [6] (axis-angle root, jaw). */
export function poseRotations(pose: ArrayLike<number>): { root: Float64Array; jaw: Float64Array } {
  return { root: rotationOf(pose[0]!, pose[1]!, pose[2]!), jaw: rotationOf(pose[3]!, pose[4]!, pose[5]!) };
}

/**
 * The 68 landmarks [68,3] (17 contour points of the bin, then the 51 inner ones) in metres. With neck and eyes at rest,
 * skinning (model-facts §1.3) is the jaw's turn about its joint, mixed by weight, then the root's turn about its own.
 */
export function posedLandmarks(
  model: LandmarkModel,
  rest: RestHead,
  pose: ArrayLike<number>,
  bin: number,
): Float64Array {
  const { root, jaw } = poseRotations(pose);
  const out = new Float64Array(landmarkCount * 3);
  const contour = model.contour[bin]!;
  const feature = jaw.map((value, k) => value - identity[k]!);
  place(model, rest, root, jaw, feature, contour, out, 0);
  place(model, rest, root, jaw, feature, model.inner, out, contour.corners.length);
  return out;
}

function place(
  model: LandmarkModel,
  rest: RestHead,
  root: Float64Array,
  jaw: Float64Array,
  feature: Float64Array,
  points: PointSet,
  out: Float64Array,
  start: number,
): void {
  const size = model.vertexCount * 3;
  const [rx, ry, rz, jx, jy, jz] = rest.joints as unknown as [number, number, number, number, number, number];
  const p = [0, 0, 0];
  for (let corner = 0; corner < points.corners.length; corner += 1) {
    const share = points.weights[corner]!;
    if (share === 0) continue;
    const at = points.corners[corner]! * 3;
    for (let axis = 0; axis < 3; axis += 1) {
      let value = rest.vertices[at + axis]!;
      for (let k = 0; k < 9; k += 1) value += feature[k]! * model.jawCorrectives[k * size + at + axis]!;
      p[axis] = value;
    }
    const weight = model.jawWeights[points.corners[corner]!]!;
    const [x, y, z] = [p[0]! - jx, p[1]! - jy, p[2]! - jz];
    const mx = p[0]! + weight * (jaw[0]! * x + jaw[1]! * y + jaw[2]! * z - x) - rx;
    const my = p[1]! + weight * (jaw[3]! * x + jaw[4]! * y + jaw[5]! * z - y) - ry;
    const mz = p[2]! + weight * (jaw[6]! * x + jaw[7]! * y + jaw[8]! * z - z) - rz;
    const to = start + Math.floor(corner / 3) * 3;
    out[to]! += share * (root[0]! * mx + root[1]! * my + root[2]! * mz + rx);
    out[to + 1]! += share * (root[3]! * mx + root[4]! * my + root[5]! * mz + ry);
    out[to + 2]! += share * (root[6]! * mx + root[7]! * my + root[8]! * mz + rz);
  }
}
