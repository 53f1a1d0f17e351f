import { setTimeout as pause } from 'node:timers/promises';
import type { PartShare } from '../results/checkpoint-parts.js';
import type { CheckpointOrder, StepContext, StepHooks, StoredCheckpoint } from './context.js';
import type { StepEngine } from './engine.js';

/** Takes snapshots between steps and has them stored beside the step loop. */
export interface Checkpointer {
  /** A periodic checkpoint: copies the state and returns while it is being stored. Only where two are on their way it waits for one. */
  begin(engine: StepEngine, members: number): Promise<void>;
  /** The last one of this process: resolves when it is stored. Throws what storing throws. */
  finish(engine: StepEngine, occasion: 'end' | 'drain', members: number): Promise<StoredCheckpoint | null>;
  /** On a member that is not the writer: brings its share of the parts while it goes on. Failing costs nothing but time. */
  share(engine: StepEngine, occasion: CheckpointOrder['occasion'], share: PartShare): void;
  /** Waits for a share that is still on its way, but not long: the writer needs nobody. */
  settle(withinMs: number): Promise<void>;
}

/** Each holds a copy of the state. One is on its way to a slow store, the next goes to the local disk meanwhile. */
const mostCopies = 2;

export function createCheckpointer(hooks: StepHooks, context: StepContext): Checkpointer {
  let last: { step: number; stored: Promise<StoredCheckpoint | null> } | null = null;
  const onTheirWay = new Set<Promise<unknown>>();
  let sharing: Promise<void> | null = null;

  const store = (
    engine: StepEngine,
    occasion: CheckpointOrder['occasion'],
    members: number,
  ): Promise<StoredCheckpoint> => {
    const startedAt = performance.now();
    const snapshot = engine.snapshot();
    const standstillMs = Math.round(performance.now() - startedAt);
    const { step } = snapshot;
    const order = { step, snapshot, occasion, share: { rank: 0, members } };
    return hooks.writeCheckpoint(order, context).then((stored) => {
      const storedMs = Math.round(performance.now() - startedAt);
      const { key, sha256, bytes, spooled = false, wrote } = stored;
      context.logger.info({ step, key, sha256, standstillMs, storedMs, spooled, members, wrote }, 'checkpoint');
      if (!spooled) context.emit('checkpoint', { step, key, sha256, bytes });
      return stored;
    });
  };

  return {
    async begin(engine, members) {
      while (onTheirWay.size >= mostCopies) await Promise.race(onTheirWay);
      // A store that is away costs this checkpoint, not the run: the next one follows.
      const stored = store(engine, 'periodic', members).catch((error: unknown) => {
        context.logger.error({ err: error, step: engine.step }, 'a checkpoint could not be stored; the run goes on');
        return null;
      });
      last = { step: engine.step, stored };
      onTheirWay.add(stored);
      void stored.then(() => onTheirWay.delete(stored));
    },
    async finish(engine, occasion, members) {
      await Promise.all(onTheirWay);
      const before = await last?.stored;
      if (before && last?.step === engine.step) return before;
      return store(engine, occasion, members);
    },
    share(engine, occasion, share) {
      if (sharing) return; // a slow store: the writer makes up for it
      const snapshot = engine.snapshot();
      const { step } = snapshot;
      const startedAt = performance.now();
      sharing = hooks
        .shareCheckpoint({ step, snapshot, occasion, share }, context)
        .then(
          (wrote) => {
            const storedMs = Math.round(performance.now() - startedAt);
            context.logger.info({ step, wrote, storedMs, ...share }, 'its share of a checkpoint is stored');
          },
          (error: unknown) => {
            context.logger.warn({ err: error, step }, 'its share of a checkpoint is left to the writer');
          },
        )
        .finally(() => {
          sharing = null;
        });
    },
    async settle(withinMs) {
      if (!sharing) return;
      const end = new AbortController();
      await Promise.race([sharing, pause(withinMs, undefined, { signal: end.signal }).catch(() => {})]);
      end.abort();
    },
  };
}
