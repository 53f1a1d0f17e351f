import type { SerialisedError } from '@auseq/proto/errors';
import type { RunRecord } from './runs/run-record.js';

/** A worker that was told to end. */
export function leaves(run: string, worker: string): SerialisedError {
  return { code: 'AU_WORKER_LOST', what: `${worker} leaves`, why: 'it was told to end', try: `auseq runs show ${run}` };
}

/** A worker came too late for a run. */
export function over({ name, state }: RunRecord): SerialisedError {
  return { code: 'AU_WORKER_LOST', what: `run ${name} is ${state}`, why: 'it takes no member', try: 'auseq runs list' };
}

export function workerLost(run: string, why: string): SerialisedError {
  return { code: 'AU_WORKER_LOST', what: `run ${run} lost a worker`, why, try: `auseq runs logs ${run}` };
}

/** Members have stopped at a step border. */
export function drained({ name }: RunRecord, step: number): SerialisedError {
  return {
    code: 'AU_WORKER_LOST',
    what: `a worker of run ${name} leaves`,
    why: `its members drained after step ${step}`,
    try: 'auseq status',
  };
}
