import type { FlameModel } from '../types.js';
import { invalidLegacyFile } from './invalid-legacy-file.js';
import { arrayOf, entryOf, floatsOf, indicesOf, type LegacyDict } from './legacy-values.js';

const vertices = 5023;
const faces = 9976;
const joints = 5;
/** DECA's choice of directions: shape 0..99 and expression 300..349 (model-facts §1.2). */
const usedDirections = [...Array(100).keys(), ...Array.from({ length: 50 }, (_, index) => 300 + index)];

/** A sparse matrix, compressed by columns. */
export interface SparseColumns {
  readonly shape: readonly number[];
  readonly data: ArrayLike<number>;
  readonly indices: ArrayLike<number>;
  readonly indptr: ArrayLike<number>;
}

/** Texture coordinates of head_template.obj. */
export interface LegacyUv {
  readonly uvs: Float32Array; // [T,2]
  readonly uvFaces: Int32Array; // [F,3], into uvs
}

/**
 * FLAME from the fields of generic_model.pkl and the uv layout of head_template.obj (model-facts §1.1-1.3).
 * Throws AU_ASSETS_INVALID naming the field.
 */
export function legacyFlame(model: LegacyDict, uv: LegacyUv, path: string): FlameModel {
  const template = arrayOf(model, 'v_template', [vertices, 3], path);
  const shapeDirs = arrayOf(model, 'shapedirs', [vertices, 3, 400], path);
  const poseDirs = arrayOf(model, 'posedirs', [vertices, 3, 36], path);
  const weights = arrayOf(model, 'weights', [vertices, joints], path);
  return {
    template: floatsOf(template, 'v_template', path),
    shapeDirs: pickColumns(floatsOf(shapeDirs, 'shapedirs', path), 400, usedDirections),
    poseDirs: transpose(floatsOf(poseDirs, 'posedirs', path), vertices * 3, 36),
    jointRegressor: jointRegressor(entryOf(model, 'J_regressor', path), path),
    lbsWeights: floatsOf(weights, 'weights', path),
    parents: parents(model, path),
    faces: indicesOf(arrayOf(model, 'f', [faces, 3], path), vertices, 'f', path),
    uvs: uv.uvs,
    uvFaces: uv.uvFaces,
  };
}

/** [rows, width] -> [rows, columns.length]. */
function pickColumns(values: Float32Array, width: number, columns: readonly number[]): Float32Array {
  const rows = values.length / width;
  const picked = new Float32Array(rows * columns.length);
  for (let row = 0; row < rows; row++)
    for (let i = 0; i < columns.length; i++) picked[row * columns.length + i] = values[row * width + columns[i]!]!;
  return picked;
}

function transpose(values: Float32Array, rows: number, columns: number): Float32Array {
  const transposed = new Float32Array(values.length);
  for (let row = 0; row < rows; row++)
    for (let column = 0; column < columns; column++) transposed[column * rows + row] = values[row * columns + column]!;
  return transposed;
}

/** The dense [5, 5023] regressor; the file holds it compressed by columns. */
function jointRegressor(value: unknown, path: string): Float32Array {
  const sparse = value as Partial<SparseColumns> | null;
  if (!sparse?.indptr || !sparse.indices || !sparse.data || sparse.shape?.join() !== `${joints},${vertices}`)
    throw invalidLegacyFile(path, `"J_regressor" is no sparse matrix of [${joints}, ${vertices}]`);
  const { data, indices, indptr } = sparse as SparseColumns;
  const dense = new Float32Array(joints * vertices);
  if (indptr.length !== vertices + 1) throw invalidLegacyFile(path, '"J_regressor" has no pointer for each column');
  for (let column = 0; column < vertices; column++) {
    for (let at = Number(indptr[column]); at < Number(indptr[column + 1]); at++) {
      const row = Number(indices[at]);
      if (!(row >= 0 && row < joints)) throw invalidLegacyFile(path, `"J_regressor" names the joint ${row}`);
      dense[row * vertices + column] = Number(data[at]);
    }
  }
  return dense;
}

/** Row 0 of the kinematic tree; the root's parent is written as 2^32 - 1. */
function parents(model: LegacyDict, path: string): Int32Array {
  const table = arrayOf(model, 'kintree_table', [2, joints], path);
  const row = Int32Array.from({ length: joints }, (_, joint) => Number(table.data[joint]) | 0);
  if (row.join() !== '-1,0,1,1,1')
    throw invalidLegacyFile(path, `"kintree_table" is ${row.join()}, not root, neck, jaw and two eyes`);
  return row;
}
