import type { LandmarkEmbeddings } from '../assets/types.js';
import { contourBin, contourEmbedding } from '../model/flame/contour.js';

export interface ContourTable {
  /** The 17 contour points of a pose's yaw: which of the 79 rows is no differentiable choice, so the host makes it. */
  of(pose: ArrayLike<number>): { faces: Int32Array; bary: Float32Array };
}

export function createContourTable(landmarks: LandmarkEmbeddings): ContourTable {
  return { of: (pose) => contourEmbedding(landmarks, contourBin(pose)) };
}
