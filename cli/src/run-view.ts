import type { Run } from '@auseq/proto/gen/auseq/v1/auseq';

/** A run as `--output json` shows it: a stable form that scripts may rely on. */
export function runView(run: Run) {
  return {
    name: run.name,
    state: run.state,
    reason: run.reason,
    step: run.step,
    max_steps: run.maxSteps,
    workers: run.workers,
    generation: run.generation,
    sync: run.sync,
    sync_reason: run.syncReason,
    created_at: run.createdAt,
    updated_at: run.updatedAt,
    config_hash: run.configHash,
    latest_checkpoint: run.latestCheckpoint,
    state_digest: run.stateDigest,
    sequences_per_second: run.sequencesPerSecond,
    stragglers: run.stragglers,
    error: run.errorJson ? (JSON.parse(run.errorJson) as unknown) : null,
  };
}

export type RunView = ReturnType<typeof runView>;

/** States that a run does not leave by itself. */
export function hasEnded(run: Pick<Run, 'state'>): boolean {
  return ['completed', 'failed', 'stopped'].includes(run.state);
}
