import type { FlameModel, LandmarkEmbeddings } from '../assets/types.js';
import { refineClip } from './clip-steps.js';
import { fitFrame } from './frame-fit.js';
import { frameResiduals, rmsOf } from './frame-problem.js';
import { type LandmarkModel, landmarkModel, shapeCodes } from './landmark-model.js';
import { restHead } from './pose-landmarks.js';
import { yawBin } from './yaw-bin.js';

export interface ClipFitInput {
  readonly flame: FlameModel;
  readonly landmarks: LandmarkEmbeddings;
  /** Targets [68,3] in [-1,1], y down, third column = visibility. */
  readonly frames: readonly Float32Array[];
  /** A shape to keep; without it one shape for all frames is fitted. */
  readonly shape?: Float64Array;
}

export interface ClipFit {
  readonly shape: Float64Array; // [100]
  readonly frames: readonly { cam: Float64Array; pose: Float64Array }[]; // [3], [6]
  readonly rmsPixels: readonly number[]; // per frame, at 224 pixels
}

/**
 * The coarse fit: expression zero, one shape for the clip, cam, root and jaw per frame, weak perspective (model-facts §2.2),
 * damped Gauss-Newton to convergence in float64. Deterministic: it depends on the input alone.
 */
export function fitClip(input: ClipFitInput): ClipFit {
  const model = landmarkModel(input.flame, input.landmarks);
  let shape: Float64Array = Float64Array.from(input.shape ?? new Float64Array(shapeCodes));
  let unknowns: readonly Float64Array[] = fitEach(model, shape, input.frames, null);
  if (!input.shape && input.frames.length > 0) {
    ({ shape, unknowns } = refineClip(model, input.frames, shape, unknowns));
    unknowns = fitEach(model, shape, input.frames, unknowns);
  }
  const rest = restHead(model, shape, null);
  return {
    shape,
    frames: unknowns.map((values) => ({ cam: values.slice(0, 3), pose: values.slice(3) })),
    rmsPixels: unknowns.map((values, f) =>
      rmsOf(frameResiduals(model, rest, input.frames[f]!, values, yawBin(values.subarray(3)))),
    ),
  };
}

/** Each frame on its own for a fixed shape, started from `near` or from the frame before. */
function fitEach(
  model: LandmarkModel,
  shape: Float64Array,
  frames: readonly Float32Array[],
  near: readonly Float64Array[] | null,
): Float64Array[] {
  const rest = restHead(model, shape, null);
  const found: Float64Array[] = [];
  for (const [f, target] of frames.entries()) {
    const start = near?.[f] ?? found[f - 1] ?? null;
    found.push(fitFrame(model, rest, target, start));
  }
  return found;
}
