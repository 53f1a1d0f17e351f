import type { FlameModel } from '../types.js';
import { expressionBasis } from './expression-basis.js';
import type { HeadMesh } from './head-mesh.js';
import { poseCorrectives } from './pose-correctives.js';
import { shapeBasis } from './shape-basis.js';
import { jointRegressor, skinningWeights } from './skinning.js';

const millimetres = 0.001;

/** The head as a FLAME-shaped model in metres (model-facts §1.1): template, 100 + 50 directions, correctives, joints, weights. */
export function flameStandin(mesh: HeadMesh, seed: number): FlameModel {
  const directions = [...shapeBasis(mesh, seed), ...expressionBasis(mesh, seed)];
  const size = mesh.positions.length * 3;
  const shapeDirs = new Float32Array(size * directions.length);
  for (const [k, direction] of directions.entries()) {
    for (let i = 0; i < size; i += 1) shapeDirs[i * directions.length + k] = direction[i]! * millimetres;
  }
  return {
    template: Float32Array.from(mesh.positions.flat(), (value) => value * millimetres),
    shapeDirs,
    poseDirs: poseCorrectives(mesh),
    jointRegressor: jointRegressor(mesh),
    lbsWeights: skinningWeights(mesh),
    parents: Int32Array.of(-1, 0, 1, 1, 1),
    faces: Int32Array.from(mesh.faces.flat()),
    uvs: Float32Array.from(mesh.uvs.flat()),
    uvFaces: Int32Array.from(mesh.uvFaces.flat()),
  };
}
