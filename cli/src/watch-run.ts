import { setTimeout as sleep } from 'node:timers/promises';
import { AuseqError } from '@auseq/proto/errors';
import type { Run, RunEvent } from '@auseq/proto/gen/auseq/v1/auseq';
import type { CoordinatorClient } from './client.js';
import { hasEnded } from './run-view.js';

/** A coordinator that is being restarted comes back long before this; later it is gone. */
const patienceMs = 120_000;
const retryMs = 500;

export interface WatchOptions {
  afterSequence?: number;
  onEvent?: (event: RunEvent) => void;
  /** Said once each time the coordinator is lost. */
  onLost?: (message: string) => void;
  signal: AbortSignal;
}

/**
 * Follows a run's events until it ends and returns its last state; events are seen once each, also when the
 * coordinator restarts meanwhile. Throws the signal's reason when that fires, else coded errors.
 */
export async function watchRun(client: CoordinatorClient, name: string, options: WatchOptions): Promise<Run> {
  const { signal, onEvent, onLost } = options;
  let afterSequence = options.afterSequence ?? 0;
  let lostAt: number | null = null;
  let ended = false;
  for (;;) {
    try {
      for await (const event of client.runs.watch({ run: name, afterSequence }, { signal })) {
        lostAt = null;
        afterSequence = event.sequence;
        onEvent?.(event);
      }
      const run = await client.runs.show({ run: name }, { signal });
      lostAt = null;
      // A stream that was cut just before the end may have left events out: ask once more when the end is known.
      if (ended && hasEnded(run)) return run;
      ended = hasEnded(run);
      if (ended) continue;
    } catch (error) {
      if (signal.aborted || !isOutage(error)) throw error;
      if (lostAt === null) onLost?.('the coordinator is away; waiting for it');
      lostAt ??= Date.now();
      if (Date.now() - lostAt > patienceMs) throw error;
    }
    await sleep(retryMs, undefined, { signal }).catch(() => signal.throwIfAborted());
  }
}

function isOutage(error: unknown): boolean {
  return error instanceof AuseqError && ['AU_COORDINATOR_UNREACHABLE', 'AU_DEADLINE'].includes(error.code);
}
