import type { LandmarkEmbeddings } from '../../assets/types.js';
import { yawBin } from '../../fit/yaw-bin.js';

const contourPoints = 17;

/** Row 0..78 of the contour table for a pose [6] (model-facts §1.4, §11). */
export function contourBin(pose: ArrayLike<number>): number {
  return yawBin(pose);
}

/** The 17 contour points of one row. */
export function contourEmbedding(
  landmarks: LandmarkEmbeddings,
  bin: number,
): { faces: Int32Array; bary: Float32Array } {
  const start = bin * contourPoints;
  const end = start + contourPoints;
  return {
    faces: landmarks.dynamicFaces.slice(start, end),
    bary: landmarks.dynamicBary.slice(start * 3, end * 3),
  };
}
