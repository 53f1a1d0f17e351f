import { AuseqError, errorTable, type SerialisedError } from '@auseq/proto/errors';
import type { Run } from '@auseq/proto/gen/auseq/v1/auseq';

/** The failure that an ended run means for a command that waited for it; null when it completed. */
export function runOutcome(run: Run): AuseqError | null {
  if (run.state === 'completed') return null;
  if (run.state === 'stopped') {
    return new AuseqError('AU_RUN_STOPPED', {
      what: `run ${run.name} was stopped at step ${run.step}`,
      why: run.reason,
      try: `auseq runs resume ${run.name}`,
      where: run.name,
    });
  }
  const cause = run.errorJson ? AuseqError.fromJSON(JSON.parse(run.errorJson) as SerialisedError) : null;
  if (cause && errorTable[cause.code] === 'runFailed') return cause;
  // Whatever made it fail, a script sees that the run failed; the cause's own code is named in the text.
  return new AuseqError('AU_RUN_FAILED', {
    what: `run ${run.name} failed at step ${run.step}`,
    why: cause ? `${cause.what}: ${cause.why} (${cause.code})` : run.reason,
    try: cause?.hint ?? `auseq runs logs ${run.name}`,
    where: run.name,
    cause: cause ?? undefined,
  });
}
