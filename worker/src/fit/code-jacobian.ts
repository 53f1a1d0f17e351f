import { expressionCodes, type LandmarkModel, landmarkCount, type PointSet, shapeCodes } from './landmark-model.js';
import { poseRotations } from './pose-landmarks.js';

const codeCount = shapeCodes + expressionCodes;

export interface CodeRange {
  readonly from: number; // first code: 0 = shape, 100 = expression
  readonly count: number;
}

/**
 * d(image x, image y of the 68 points)/d(codes), [136, count], for weak perspective of scale `scale`. Exact and constant:
 * with the pose given, landmarks are linear in shape and expression.
 */
export function codeJacobian(
  model: LandmarkModel,
  pose: ArrayLike<number>,
  bin: number,
  scale: number,
  range: CodeRange,
): Float64Array {
  const { root, jaw } = poseRotations(pose);
  const out = new Float64Array(landmarkCount * 2 * range.count);
  const contour = model.contour[bin]!;
  addPoints(model, root, jaw, contour, out, 0, scale, range);
  addPoints(model, root, jaw, model.inner, out, contour.corners.length / 3, scale, range);
  return out;
}

function addPoints(
  model: LandmarkModel,
  root: Float64Array,
  jaw: Float64Array,
  points: PointSet,
  out: Float64Array,
  firstPoint: number,
  scale: number,
  range: CodeRange,
): void {
  for (let point = 0; point < points.corners.length / 3; point += 1) {
    let jawShare = 0;
    const row = (firstPoint + point) * 2 * range.count;
    for (let c = 0; c < 3; c += 1) {
      const vertex = points.corners[point * 3 + c]!;
      const share = points.weights[point * 3 + c]!;
      if (share === 0) continue;
      const weight = model.jawWeights[vertex]!;
      jawShare += share * weight;
      addRows(out, row, model.directions, vertex * 3, mixed(root, jaw, share, weight), scale, range);
    }
    addRows(out, row, model.jointDirections, 0, aboutRoot(root), scale, range);
    addRows(out, row, model.jointDirections, 3, aboutJaw(root, jaw, jawShare), scale, range);
  }
}

/** out[x row] += scale * M[0] . D, out[y row] -= scale * M[1] . D; D = three rows of directions. */
function addRows(
  out: Float64Array,
  row: number,
  directions: Float64Array,
  firstRow: number,
  matrix: readonly number[],
  scale: number,
  { from, count }: CodeRange,
): void {
  const [a, b, c, d, e, f] = matrix as [number, number, number, number, number, number];
  const x0 = firstRow * codeCount + from;
  const x1 = x0 + codeCount;
  const x2 = x1 + codeCount;
  for (let k = 0; k < count; k += 1) {
    const dx = directions[x0 + k]!;
    const dy = directions[x1 + k]!;
    const dz = directions[x2 + k]!;
    out[row + k]! += scale * (a * dx + b * dy + c * dz);
    out[row + count + k]! -= scale * (d * dx + e * dy + f * dz);
  }
}

/** First two rows of share * R0 * ((1 - w) I + w Rj). */
function mixed(root: Float64Array, jaw: Float64Array, share: number, weight: number): number[] {
  const rows: number[] = [];
  for (let r = 0; r < 2; r += 1) {
    for (let c = 0; c < 3; c += 1) {
      let turned = 0;
      for (let k = 0; k < 3; k += 1) turned += root[r * 3 + k]! * jaw[k * 3 + c]!;
      rows.push(share * ((1 - weight) * root[r * 3 + c]! + weight * turned));
    }
  }
  return rows;
}

/** First two rows of I - R0: the root joint moves with the shape. */
function aboutRoot(root: Float64Array): number[] {
  return [1 - root[0]!, -root[1]!, -root[2]!, -root[3]!, 1 - root[4]!, -root[5]!];
}

/** First two rows of w R0 (I - Rj): so does the jaw joint. */
function aboutJaw(root: Float64Array, jaw: Float64Array, weight: number): number[] {
  const still = mixed(root, jaw, weight, 0);
  const turned = mixed(root, jaw, weight, 1);
  return still.map((value, i) => value - turned[i]!);
}
