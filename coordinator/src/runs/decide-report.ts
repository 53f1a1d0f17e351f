import type { SerialisedError } from '@auseq/proto/errors';
import type { RunRecord } from './run-record.js';

export interface MemberReport {
  readonly worker: string;
  readonly run: string;
  readonly generation: number;
  readonly state: string;
  readonly step: number;
  readonly error: SerialisedError | null;
  readonly stateDigest: string;
}

/** What a member's report means for its run. */
export type ReportDecision =
  | { readonly kind: 'stale'; readonly reason: string }
  | { readonly kind: 'nothing' }
  | { readonly kind: 'change'; readonly change: Partial<RunRecord> }
  /** Its member cannot go on. */
  | { readonly kind: 'lost'; readonly error: SerialisedError }
  /** A worker that joins is ready to become a member, or will not. */
  | { readonly kind: 'joins' }
  | { readonly kind: 'stays-out'; readonly error: SerialisedError }
  /** Its members stopped together after a checkpoint, because one of them leaves. */
  | { readonly kind: 'drained'; readonly step: number };

/** Reads a report against the record: any member tells the end of a run, for none leaves before everything is stored. Pure. */
export function decideReport(record: RunRecord | undefined, report: MemberReport): ReportDecision {
  const isIn = record?.members.includes(report.worker) || record?.joining.includes(report.worker);
  if (!record || !isIn || record.assigned[report.worker] !== report.generation)
    return { kind: 'stale', reason: `generation ${report.generation} of ${report.run} is over` };
  if (record.joining.includes(report.worker)) return decideJoiner(report);
  const { step, stateDigest } = report;
  const placed = { members: record.members, lastMembers: record.members.length };
  switch (report.state) {
    case 'stepping':
      if (record.state !== 'starting') return { kind: 'nothing' };
      return { kind: 'change', change: { state: 'running', reason: runningReason(record) } };
    case 'finished': {
      const reason = `took all ${step} steps`;
      return {
        kind: 'change',
        change: { ...placed, state: 'completed', step, reason, ...(stateDigest ? { stateDigest } : {}) },
      };
    }
    case 'stopped': {
      if (record.state !== 'stopping') return { kind: 'drained', step };
      const reason = `stopped on request after step ${step}, with a checkpoint`;
      return {
        kind: 'change',
        change: { ...placed, state: 'stopped', step, reason, ...(stateDigest ? { stateDigest } : {}) },
      };
    }
    case 'failed':
      return { kind: 'lost', error: report.error ?? unnamed(report) };
    default:
      return { kind: 'nothing' };
  }
}

function decideJoiner(report: MemberReport): ReportDecision {
  if (report.state === 'ready') return { kind: 'joins' };
  if (report.state === 'starting') return { kind: 'nothing' };
  return { kind: 'stays-out', error: report.error ?? unnamed(report) };
}

export function runningReason({ members, generation, sync }: RunRecord): string {
  return `trains on ${members.join(', ')} (generation ${generation}, ${sync})`;
}

function unnamed({ worker, run }: MemberReport): SerialisedError {
  return { code: 'AU_WORKER_LOST', what: `${worker} failed`, why: 'it did not say why', try: `auseq runs logs ${run}` };
}
