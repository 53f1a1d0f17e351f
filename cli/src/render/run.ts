import type { RunView } from '../run-view.js';
import { paintState } from './style.js';
import { fields, table } from './table.js';
import { stepsOf } from './units.js';

/** Runs as a table, newest first as the coordinator gives them. */
export function formatRuns(runs: readonly RunView[]): string {
  if (runs.length === 0) return '';
  const rows = runs.map((run) => [
    run.name,
    paintState(run.state),
    stepsOf(run.step, run.max_steps),
    run.workers.length,
    run.created_at,
    run.reason,
  ]);
  return table(['NAME', 'STATE', 'STEP', 'WORKERS', 'CREATED', 'REASON'], rows);
}

/** One run, everything that is known. */
export function formatRun(run: RunView): string {
  return fields([
    ['name', run.name],
    ['state', paintState(run.state)],
    ['reason', run.reason],
    ['step', stepsOf(run.step, run.max_steps)],
    ['workers', run.workers.join(', ')],
    ['generation', run.generation],
    ['sync', run.sync_reason ? `${run.sync}: ${run.sync_reason}` : run.sync],
    ['sequences/s', run.sequences_per_second ? run.sequences_per_second.toFixed(2) : ''],
    ...run.stragglers.map((reason) => ['straggler', reason] as const),
    ['checkpoint', run.latest_checkpoint],
    ['state digest', run.state_digest],
    ['config hash', run.config_hash],
    ['created', run.created_at],
    ['updated', run.updated_at],
  ]);
}
