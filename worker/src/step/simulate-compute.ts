import { setTimeout as pause } from 'node:timers/promises';
import type { StepEngine } from './engine.js';

export interface SimulatedCompute {
  readonly engine: StepEngine;
  /** The leaves are shared by so many members from here on. */
  setMembers(count: number): void;
}

/**
 * An engine whose step takes a member with an even share at least `ms` longer: each leaf waits `ms` x members / leaves
 * before it is supervised. It shows timing on tiny networks; the bits are those of the engine itself.
 */
export function withSimulatedCompute(engine: StepEngine, ms: number): SimulatedCompute {
  let members = 1;
  if (ms === 0) return { engine, setMembers: () => {} };
  const slow: StepEngine = {
    leaves: engine.leaves,
    parameters: engine.parameters,
    get step() {
      return engine.step;
    },
    features: (step, leaf, signal) => engine.features(step, leaf, signal),
    async supervise(features, signal) {
      await pause((ms * members) / engine.leaves, undefined, { signal });
      return engine.supervise(features, signal);
    },
    update: (step, leaves) => engine.update(step, leaves),
    parameterGradient: (features, gradient) => engine.parameterGradient(features, gradient),
    applyGradient: (step, gradient) => engine.applyGradient(step, gradient),
    snapshot: () => engine.snapshot(),
    restore: (snapshot) => engine.restore(snapshot),
    checksum: () => engine.checksum(),
    dispose: () => engine.dispose(),
  };
  return {
    engine: slow,
    setMembers(count) {
      members = count;
    },
  };
}
