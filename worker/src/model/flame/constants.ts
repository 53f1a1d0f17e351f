import type { AssetBundle, FlameModel, HostArray } from '../../assets/types.js';

/** Row of the pose correctives where the jaw's 9 begin: neck, jaw, left eye, right eye have 9 each (model-facts §1.3 step 4). */
const jawRow = 9;
const jawJoint = 2;
const codes = 150;

/** Everything FLAME, its texture and the renderer read, as constants of a compiled session. */
export function flameConstants({ flame, landmarks, texture, uvMasks }: FlameAssets): Record<string, HostArray> {
  const n = flame.template.length / 3;
  const faces = flame.faces.length / 3;
  const size = texture.size;
  const floats = (shape: number[], data: Float32Array): HostArray => ({ shape, data });
  const ints = (shape: number[], data: Int32Array): HostArray => ({ shape, data });
  return {
    template: floats([n * 3], flame.template),
    shapeDirs: floats([n * 3, codes], flame.shapeDirs),
    jawDirs: floats([9, n * 3], flame.poseDirs.slice(jawRow * n * 3, (jawRow + 9) * n * 3)),
    jawWeights: floats([n, 1], jawWeights(flame)),
    ...jointConstants(flame),
    faces: ints([faces, 3], flame.faces),
    faceUvs: floats([faces, 6], faceUvs(flame)),
    staticFaces: ints([51], landmarks.staticFaces),
    staticBary: floats([51, 3], landmarks.staticBary),
    denseFaces: ints([105], landmarks.denseFaces),
    denseBary: floats([105, 3], landmarks.denseBary),
    textureMean: floats([size * size * 3], texture.mean),
    textureBasis: floats([size * size * 3, 50], texture.basis),
    faceEyeMask: floats([uvMasks.size, uvMasks.size, 1], uvMasks.faceEye),
  };
}

export type FlameAssets = Pick<AssetBundle, 'flame' | 'landmarks' | 'texture' | 'uvMasks'>;

function jawWeights({ lbsWeights, template }: FlameModel): Float32Array {
  return Float32Array.from({ length: template.length / 3 }, (_, vertex) => lbsWeights[vertex * 5 + jawJoint]!);
}

/** Joints are linear in the vertices, so the regressor is applied to template and directions once, in float64. */
function jointConstants({ jointRegressor, template, shapeDirs }: FlameModel): Record<string, HostArray> {
  const n = template.length / 3;
  const rest = new Float64Array(15);
  const dirs = new Float64Array(15 * codes);
  for (let joint = 0; joint < 5; joint++) {
    for (let vertex = 0; vertex < n; vertex++) {
      const share = jointRegressor[joint * n + vertex]!;
      if (share === 0) continue;
      for (let axis = 0; axis < 3; axis++) {
        const row = vertex * 3 + axis;
        rest[joint * 3 + axis]! += share * template[row]!;
        for (let k = 0; k < codes; k++) dirs[(joint * 3 + axis) * codes + k]! += share * shapeDirs[row * codes + k]!;
      }
    }
  }
  return {
    joints: { shape: [15], data: Float32Array.from(rest) },
    jointDirs: { shape: [15, codes], data: Float32Array.from(dirs) },
  };
}

/** uv of each face's corners in the sampling grid's units: 2 vt - 1, v turned over so that it points down (model-facts §2.3). */
function faceUvs({ uvs, uvFaces }: FlameModel): Float32Array {
  const out = new Float32Array(uvFaces.length * 2);
  for (const [corner, index] of uvFaces.entries()) {
    out[corner * 2] = 2 * uvs[index * 2]! - 1;
    out[corner * 2 + 1] = -(2 * uvs[index * 2 + 1]! - 1);
  }
  return out;
}
