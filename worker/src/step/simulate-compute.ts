import { setTimeout as pause } from 'node:timers/promises';
import type { StepEngine } from './engine.js';

export interface SimulatedCompute {
  readonly engine: StepEngine;
  /** The leaves are shared by so many members from here on. */
  setMembers(count: number): void;
}

/**
 * An engine whose step takes a member with an even share at least `ms`: a leaf takes at least `ms` x members / leaves, by the
 * most members that there have been, as it stays as much work where fewer share them. It shows timing on tiny networks; the
 * bits are those of the engine itself.
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
      const [gradient] = await Promise.all([
        engine.supervise(features, signal),
        pause((ms * members) / engine.leaves, undefined, { signal }),
      ]);
      return gradient;
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
      members = Math.max(members, count);
    },
  };
}
