import type { FlameModel, LandmarkEmbeddings } from '../assets/types.js';
import { landmarkCount, landmarkModel } from './landmark-model.js';
import { posedLandmarks, restHead } from './pose-landmarks.js';
import { yawBin } from './yaw-bin.js';

/** Codes of one frame: shape [100], exp [50], pose [6], cam [3]. */
export interface FrameCodes {
  readonly shape: ArrayLike<number>;
  readonly exp: ArrayLike<number>;
  readonly pose: ArrayLike<number>;
  readonly cam: ArrayLike<number>;
}

/** The 68 landmarks [68,2] of some codes in image units [-1,1], y down (model-facts §2.2). */
export function imageLandmarks(flame: FlameModel, landmarks: LandmarkEmbeddings, codes: FrameCodes): Float64Array {
  const model = landmarkModel(flame, landmarks);
  const points = posedLandmarks(model, restHead(model, codes.shape, codes.exp), codes.pose, yawBin(codes.pose));
  const out = new Float64Array(landmarkCount * 2);
  for (let i = 0; i < landmarkCount; i += 1) {
    out[i * 2] = codes.cam[0]! * (points[i * 3]! + codes.cam[1]!);
    out[i * 2 + 1] = -codes.cam[0]! * (points[i * 3 + 1]! + codes.cam[2]!);
  }
  return out;
}

/** Mean distance of the 68 landmarks to the target [68,3] in pixels of an image of `imageSize`: px = (p + 1) * size / 2. */
export function landmarkErrorPixels(
  flame: FlameModel,
  landmarks: LandmarkEmbeddings,
  codes: FrameCodes,
  target: ArrayLike<number>,
  imageSize: number,
): number {
  const points = imageLandmarks(flame, landmarks, codes);
  let sum = 0;
  for (let i = 0; i < landmarkCount; i += 1) {
    sum += Math.hypot(points[i * 2]! - target[i * 3]!, points[i * 2 + 1]! - target[i * 3 + 1]!);
  }
  return ((sum / landmarkCount) * imageSize) / 2;
}
