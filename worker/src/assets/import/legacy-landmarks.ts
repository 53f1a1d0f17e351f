import type { LandmarkEmbeddings } from '../types.js';
import { arrayOf, floatsOf, indicesOf, type LegacyArray, type LegacyDict } from './legacy-values.js';

const faces = 9976;
/** mediapipe's face mesh with irises; the 105 of the file lie among the first 468. */
const meshPoints = 478;

/** A dictionary and the file it came from. */
export interface LegacySource {
  readonly dict: LegacyDict;
  readonly path: string;
}

/**
 * Embeddings from landmark_embedding.npy (the 68 points) and mediapipe_landmark_embedding.npz (the 105)
 * (model-facts §1.4). Throws AU_ASSETS_INVALID naming the array.
 */
export function legacyLandmarks(sparse: LegacySource, dense: LegacySource): LandmarkEmbeddings {
  const face = ({ dict, path }: LegacySource, name: string, ...shape: number[]) =>
    indicesOf(arrayOf(dict, name, shape, path), faces, name, path);
  const bary = ({ dict, path }: LegacySource, name: string, ...shape: number[]) =>
    floatsOf(arrayOf(dict, name, shape, path), name, path);
  const indices: LegacyArray = arrayOf(dense.dict, 'landmark_indices', [105], dense.path);
  return {
    staticFaces: face(sparse, 'static_lmk_faces_idx', 51),
    staticBary: bary(sparse, 'static_lmk_bary_coords', 51, 3),
    dynamicFaces: face(sparse, 'dynamic_lmk_faces_idx', 79, 17),
    dynamicBary: bary(sparse, 'dynamic_lmk_bary_coords', 79, 17, 3),
    fullFaces: face(sparse, 'full_lmk_faces_idx', 1, 68),
    fullBary: bary(sparse, 'full_lmk_bary_coords', 1, 68, 3),
    denseFaces: face(dense, 'lmk_face_idx', 105),
    denseBary: bary(dense, 'lmk_b_coords', 105, 3),
    denseIndices: indicesOf(indices, meshPoints, 'landmark_indices', dense.path),
  };
}
