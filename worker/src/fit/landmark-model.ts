import type { FlameModel, LandmarkEmbeddings } from '../assets/types.js';

export const landmarkCount = 68;
export const shapeCodes = 100;
export const expressionCodes = 50;
const codeCount = shapeCodes + expressionCodes;
const contourCount = 17;

/** The few vertices that the 68 landmarks hang on, in float64, with what moves them: codes, root and jaw. */
export interface LandmarkModel {
  readonly vertexCount: number; // n
  readonly template: Float64Array; // [n,3]
  readonly directions: Float64Array; // [n,3,150]
  readonly jawCorrectives: Float64Array; // [9, n*3]: pose correctives of the jaw's R - I
  readonly jawWeights: Float64Array; // [n]
  readonly joints: Float64Array; // [2,3]: root and jaw of the template
  readonly jointDirections: Float64Array; // [2,3,150]
  readonly inner: PointSet; // 51 static points
  readonly contour: readonly PointSet[]; // 79 bins of 17 points
}

/** Points as barycentric mixes of three vertices each. */
export interface PointSet {
  readonly corners: Int32Array; // [points,3] into the model's vertices
  readonly weights: Float64Array; // [points,3]
}

const cache = new WeakMap<FlameModel, WeakMap<LandmarkEmbeddings, LandmarkModel>>();

/** Collects the landmark vertices of a head (model-facts §1.3, §1.4); the same objects give the same model again. */
export function landmarkModel(flame: FlameModel, landmarks: LandmarkEmbeddings): LandmarkModel {
  const known = cache.get(flame)?.get(landmarks);
  if (known) return known;
  const made = build(flame, landmarks);
  if (!cache.has(flame)) cache.set(flame, new WeakMap());
  cache.get(flame)!.set(landmarks, made);
  return made;
}

function build(flame: FlameModel, landmarks: LandmarkEmbeddings): LandmarkModel {
  const slots = new Map<number, number>();
  const pointSet = (faces: Int32Array, bary: Float32Array): PointSet => ({
    corners: Int32Array.from({ length: faces.length * 3 }, (_, i) => {
      const vertex = flame.faces[faces[Math.floor(i / 3)]! * 3 + (i % 3)]!;
      const slot = slots.get(vertex) ?? slots.size;
      slots.set(vertex, slot);
      return slot;
    }),
    weights: Float64Array.from(bary),
  });
  const inner = pointSet(landmarks.staticFaces, landmarks.staticBary);
  const bins = landmarks.dynamicFaces.length / contourCount;
  const contour = Array.from({ length: bins }, (_, bin) =>
    pointSet(
      landmarks.dynamicFaces.subarray(bin * contourCount, (bin + 1) * contourCount),
      landmarks.dynamicBary.subarray(bin * contourCount * 3, (bin + 1) * contourCount * 3),
    ),
  );
  const vertices = [...slots.keys()];
  const total = flame.template.length;
  return {
    vertexCount: vertices.length,
    template: gatherRows(flame.template, vertices, 3),
    directions: gatherRows(flame.shapeDirs, vertices, 3 * codeCount),
    jawCorrectives: Float64Array.from(
      Array.from({ length: 9 }, (_, k) => [
        ...gatherRows(flame.poseDirs.subarray((9 + k) * total), vertices, 3),
      ]).flat(),
    ),
    jawWeights: Float64Array.from(vertices, (vertex) => flame.lbsWeights[vertex * 5 + 2]!),
    joints: regress(flame, flame.template, 1),
    jointDirections: regress(flame, flame.shapeDirs, codeCount),
    inner,
    contour,
  };
}

function gatherRows(source: Float32Array, rows: readonly number[], width: number): Float64Array {
  const out = new Float64Array(rows.length * width);
  for (const [slot, row] of rows.entries()) out.set(source.subarray(row * width, (row + 1) * width), slot * width);
  return out;
}

/** Joint regressor rows of root and jaw applied to [N,3,width]. */
function regress(flame: FlameModel, values: Float32Array, width: number): Float64Array {
  const vertices = flame.template.length / 3;
  const out = new Float64Array(2 * 3 * width);
  for (const [slot, joint] of [0, 2].entries()) {
    for (let v = 0; v < vertices; v += 1) {
      const weight = flame.jointRegressor[joint * vertices + v]!;
      if (weight === 0) continue;
      const from = v * 3 * width;
      for (let i = 0; i < 3 * width; i += 1) out[slot * 3 * width + i]! += weight * values[from + i]!;
    }
  }
  return out;
}
