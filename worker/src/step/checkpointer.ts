import type { CheckpointOrder, StepContext, StepHooks, StoredCheckpoint } from './context.js';
import type { StepEngine } from './engine.js';

/** Takes snapshots between steps and has them stored beside the step loop, one at a time. */
export interface Checkpointer {
  /** A periodic checkpoint: waits for the one before, copies the state, and returns while it is being stored. */
  begin(engine: StepEngine): Promise<void>;
  /** The last one of this process: resolves when it is stored. Throws what storing throws. */
  finish(engine: StepEngine, occasion: 'end' | 'drain'): Promise<StoredCheckpoint | null>;
}

export function createCheckpointer(hooks: StepHooks, context: StepContext): Checkpointer {
  let last: { step: number; stored: Promise<StoredCheckpoint | null> } | null = null;

  const store = (engine: StepEngine, occasion: CheckpointOrder['occasion']): Promise<StoredCheckpoint> => {
    const startedAt = performance.now();
    const snapshot = engine.snapshot();
    const standstillMs = Math.round(performance.now() - startedAt);
    const { step } = snapshot;
    return hooks.writeCheckpoint({ step, snapshot, occasion }, context).then((stored) => {
      const storedMs = Math.round(performance.now() - startedAt);
      const { key, sha256, bytes, spooled = false } = stored;
      context.logger.info({ step, key, sha256, standstillMs, storedMs, spooled }, 'checkpoint');
      if (!spooled) context.emit('checkpoint', { step, key, sha256, bytes });
      return stored;
    });
  };

  return {
    async begin(engine) {
      await last?.stored;
      // A store that is away costs this checkpoint, not the run: the next one follows.
      const stored = store(engine, 'periodic').catch((error: unknown) => {
        context.logger.error({ err: error, step: engine.step }, 'a checkpoint could not be stored; the run goes on');
        return null;
      });
      last = { step: engine.step, stored };
    },
    async finish(engine, occasion) {
      const before = await last?.stored;
      if (before && last?.step === engine.step) return before;
      return store(engine, occasion);
    },
  };
}
