import { createHash } from 'node:crypto';
import type { EngineSnapshot, LeafFeatures, LeafGradient, StepEngine } from './engine.js';

export interface ToyOptions {
  readonly leaves: number;
  readonly parameters: number;
  /** Floats of one leaf's features. */
  readonly width: number;
  readonly seed?: number;
  /** Called in `supervise`; may wait or throw. */
  readonly onSupervise?: (step: number, leaf: number) => void | Promise<void>;
  /** Changes a loss, for instance into NaN. */
  readonly loss?: (step: number, leaf: number, value: number) => number;
}

/**
 * A model of a few numbers with everything the loop relies on: features do not depend on weights, gradients do, and
 * every sum is in fp32 so that another order of adding gives other bits.
 */
export function createToyEngine(options: ToyOptions): StepEngine {
  const { leaves, parameters, width, seed = 1 } = options;
  const weights = new Float32Array(parameters);
  const moments = new Float32Array(parameters);
  let step = 0;
  const noise = (...keys: number[]) => {
    let hash = 2166136261;
    for (const key of keys) hash = Math.imul(hash ^ (key & 0xffff), 16777619) ^ (hash >>> 13);
    return ((hash >>> 0) / 2 ** 32) * 2 - 1;
  };
  const leafGradient = (payload: Uint8Array, atStep: number, leaf: number) => {
    const floats = new Float32Array(payload.slice().buffer);
    const gradient = new Float32Array(parameters);
    for (let index = 0; index < parameters; index++) {
      gradient[index] = Math.fround(
        floats[index % floats.length]! * (1 + noise(atStep, leaf, index)) - weights[index]! * 0.1,
      );
    }
    return gradient;
  };
  const apply = (gradient: Float32Array) => {
    for (let index = 0; index < parameters; index++) {
      moments[index] = Math.fround(moments[index]! * 0.9 + gradient[index]! * 0.1);
      weights[index] = Math.fround(weights[index]! - 0.05 * moments[index]!);
    }
    step++;
  };

  return {
    leaves,
    parameters,
    get step() {
      return step;
    },
    async features(atStep, leaf): Promise<LeafFeatures> {
      const data = Float32Array.from({ length: width }, (_, index) => noise(seed, atStep, leaf, index));
      const draw = { epoch: 0, position: atStep * leaves + leaf, sequence: `toy/${leaf}`, copy: 0, centre: 1 };
      return { step: atStep, leaf, draws: [{ draw, contentHash: `${atStep}-${leaf}` }], payload: bytesOf(data) };
    },
    async supervise({ step: atStep, leaf, payload }): Promise<LeafGradient> {
      await options.onSupervise?.(atStep, leaf);
      const floats = new Float32Array(payload.slice().buffer);
      const first = Float32Array.from(
        floats.subarray(0, 8),
        (value, index) => value - (weights[index % parameters] ?? 0),
      );
      const value = first.reduce((sum, each) => sum + each * each, 0);
      const total = options.loss?.(atStep, leaf, value) ?? value;
      return { step: atStep, leaf, payload: bytesOf(first), losses: { total } };
    },
    update(atStep, all) {
      const sum = new Float32Array(parameters);
      for (const { features, gradient } of all) {
        const part = leafGradient(features.payload, atStep, features.leaf);
        const scale = new Float32Array(gradient.payload.slice().buffer)[0]!;
        for (let index = 0; index < parameters; index++)
          sum[index] = Math.fround(sum[index]! + part[index]! * (1 + scale));
      }
      apply(sum);
    },
    parameterGradient: (features) => leafGradient(features.payload, features.step, features.leaf),
    applyGradient: (_, gradient) => apply(gradient),
    snapshot: (): EngineSnapshot => ({
      step,
      arrays: [
        { name: 'w/toy', shape: [parameters], data: weights.slice() },
        { name: 'm/toy', shape: [parameters], data: moments.slice() },
      ],
    }),
    restore(snapshot) {
      weights.set(snapshot.arrays[0]!.data);
      moments.set(snapshot.arrays[1]!.data);
      step = snapshot.step;
    },
    checksum: () => hashOf(weights, moments, step),
    dispose: () => {},
  };
}

/** A digest of a toy's whole state. */
export function toyDigest(engine: StepEngine): string {
  const [weights, moments] = engine.snapshot().arrays;
  return hashOf(weights!.data, moments!.data, engine.step);
}

function hashOf(weights: Float32Array, moments: Float32Array, step: number): string {
  return createHash('sha256').update(bytesOf(weights)).update(bytesOf(moments)).update(String(step)).digest('hex');
}

function bytesOf(array: Float32Array): Uint8Array {
  return new Uint8Array(array.buffer, array.byteOffset, array.byteLength);
}
