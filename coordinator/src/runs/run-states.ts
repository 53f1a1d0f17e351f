import { AuseqError } from '@auseq/proto/errors';

export const runStates = ['queued', 'starting', 'running', 'stopping', 'stopped', 'completed', 'failed'] as const;
export type RunState = (typeof runStates)[number];

/**
 * What may follow a state, and so what ends it:
 * queued by workers that fit or a stop; starting by the first step, the loss of its members (starting again) or a failure;
 * running by its last step, a stop, the loss of a member (starting again) or a failure; stopping by the drained
 * checkpoint, or the run's own end when that comes first. The last three end by `resume` only.
 */
export const nextStates = {
  queued: ['starting', 'stopped', 'failed', 'completed'],
  starting: ['starting', 'running', 'stopping', 'stopped', 'completed', 'failed'],
  running: ['starting', 'stopping', 'completed', 'failed'],
  stopping: ['stopped', 'completed', 'failed'],
  stopped: ['queued'],
  completed: ['queued'],
  failed: ['queued'],
} as const satisfies Record<RunState, readonly RunState[]>;

export function hasEnded(state: RunState): boolean {
  return state === 'stopped' || state === 'completed' || state === 'failed';
}

/** Throws AU_RUN_STATE where the table does not allow the change. */
export function checkTransition(run: string, from: RunState, to: RunState): void {
  const allowed: readonly RunState[] = nextStates[from];
  if (from === to || allowed.includes(to)) return;
  throw new AuseqError('AU_RUN_STATE', {
    what: `run ${run} cannot become ${to}`,
    why: `it is ${from}; from there it can become ${allowed.join(', ')}`,
    try: `auseq runs show ${run}`,
    where: run,
  });
}
