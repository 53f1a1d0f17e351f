import type { Run, RunEvent } from '@auseq/proto/gen/auseq/v1/auseq';
import type { CoordinatorClient } from './client.js';
import { catchInterrupt } from './interrupt.js';
import { detachNote } from './interrupt-note.js';
import { watchRun } from './watch-run.js';

export interface FollowOptions {
  /** Null: wait without showing events. */
  show: ((event: RunEvent) => void) | null;
  say: (message: string) => void;
  afterSequence?: number;
}

/** Waits for the end of a run. Ctrl-C detaches: it says how to come back, and returns null; the run goes on. */
export async function followRun(client: CoordinatorClient, run: string, options: FollowOptions): Promise<Run | null> {
  const interrupt = catchInterrupt(() => options.say(`\n${detachNote(run)}`));
  const { show } = options;
  try {
    return await watchRun(client, run, {
      afterSequence: options.afterSequence ?? 0,
      onLost: options.say,
      signal: interrupt.signal,
      ...(show ? { onEvent: show } : {}),
    });
  } catch (error) {
    if (interrupt.signal.aborted) return null;
    throw error;
  } finally {
    interrupt.release();
  }
}
