import type { FlameModel } from '../assets/types.js';

const [shapeCodes, expressions, directions] = [100, 50, 150];

/** FLAME's head before its joints turn: template + shape [100] + expression [50], [N*3] metres in float64 (model-facts §1.3 step 1). */
export function shapedBy(
  { template, shapeDirs }: FlameModel,
  shape: ArrayLike<number>,
  exp: ArrayLike<number>,
): Float64Array {
  return Float64Array.from(template, (value, row) => {
    let sum = value;
    for (let k = 0; k < shapeCodes; k++) sum += shapeDirs[row * directions + k]! * shape[k]!;
    for (let k = 0; k < expressions; k++) sum += shapeDirs[row * directions + shapeCodes + k]! * exp[k]!;
    return sum;
  });
}

/** The 5 joints of a shaped head, [15] (model-facts §1.3 step 2). */
export function jointsOf({ jointRegressor }: FlameModel, vertices: Float64Array): Float64Array {
  const count = vertices.length / 3;
  const joints = new Float64Array(15);
  for (let joint = 0; joint < 5; joint++)
    for (let vertex = 0; vertex < count; vertex++) {
      const share = jointRegressor[joint * count + vertex]!;
      if (share !== 0)
        for (let axis = 0; axis < 3; axis++) joints[3 * joint + axis]! += share * vertices[3 * vertex + axis]!;
    }
  return joints;
}
