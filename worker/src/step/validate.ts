import type { AssetBundle } from '../assets/types.js';
import type { Draw } from '../data/types.js';
import { fitConstantExpression } from '../fit/constant-expression.js';
import { landmarkErrorPixels } from '../fit/landmark-error.js';
import { decodeRow, type HeadPlan } from '../model/head.js';
import type { BivitEngine } from './bivit-engine.js';
import type { LeafData } from './leaf-data.js';

/** How well a run's expressions put the 68 landmarks of held-out frames: pixels, means over frames and points. */
export interface ValidationResult {
  readonly step: number;
  readonly frames: number;
  readonly landmark_error: number;
  /** The converged coarse fit without any expression. */
  readonly landmark_error_zero_expression: number;
  /** The best single expression for the training frames. */
  readonly landmark_error_constant_expression: number;
}

export interface ValidationSources {
  readonly engine: BivitEngine;
  readonly assets: AssetBundle;
  readonly imageSize: number;
  readonly head: HeadPlan;
  /** Held-out draws, in order. */
  readonly draws: readonly Draw[];
  /** Training draws that the constant expression is fitted to. */
  readonly trainDraws: readonly Draw[];
}

/** What is set against the coarse face: an expression, and a pose where the head predicts a jaw. */
interface FaceChange {
  readonly exp: ArrayLike<number>;
  readonly pose?: ArrayLike<number>;
}

export interface Validator {
  validate(step: number, signal: AbortSignal): Promise<ValidationResult>;
}

/** Measures the held-out frames; what does not change while training (features, baselines) is computed once. */
export function createValidator(sources: ValidationSources): Validator {
  const { engine, assets, draws, trainDraws, imageSize, head } = sources;
  let frames: readonly LeafData[] | null = null;
  let constant: ArrayLike<number> | null = null;
  const errorOf = (data: LeafData, face: FaceChange) =>
    landmarkErrorPixels(assets.flame, assets.landmarks, { ...data.coarse, ...face }, data.targets.landmark, imageSize);
  const mean = (faceOf: (data: LeafData) => FaceChange, data: readonly LeafData[]) =>
    data.reduce((sum, one) => sum + errorOf(one, faceOf(one)), 0) / data.length;
  return {
    async validate(step, signal) {
      frames ??= await prepareAll(engine, draws, signal);
      constant ??= constantExpression(assets, await prepareAll(engine, trainDraws, signal));
      const zero = new Float32Array(50);
      const fixed = constant;
      return {
        step,
        frames: frames.length,
        landmark_error: mean((data) => decodeRow(engine.infer(data).codes, data.coarse, head), frames),
        landmark_error_zero_expression: mean(() => ({ exp: zero }), frames),
        landmark_error_constant_expression: mean(() => ({ exp: fixed }), frames),
      };
    },
  };
}

async function prepareAll(engine: BivitEngine, draws: readonly Draw[], signal: AbortSignal): Promise<LeafData[]> {
  const prepared: LeafData[] = [];
  for (const draw of draws) prepared.push(await engine.prepare(draw, signal));
  return prepared;
}

function constantExpression(assets: AssetBundle, data: readonly LeafData[]): ArrayLike<number> {
  return fitConstantExpression({
    flame: assets.flame,
    landmarks: assets.landmarks,
    frames: data.map(({ targets }) => targets.landmark),
    coarse: data.map(({ coarse }) => coarse),
  });
}
