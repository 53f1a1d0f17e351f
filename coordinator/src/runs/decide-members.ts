import type { SerialisedError } from '@auseq/proto/errors';
import { isPassing } from './decide-loss.js';
import type { RunRecord } from './run-record.js';

/** What a run does without a member. */
export type LossDecision =
  | { readonly kind: 'goes-on'; readonly members: readonly string[]; readonly reason: string }
  /** The others cannot go on: the generation ends. */
  | { readonly kind: 'ends'; readonly error: SerialisedError };

/**
 * Whether the others go on in the same step without a lost member (PROTOCOL 9): they do where its failure is one of the
 * surroundings, or its bits are others, and enough of them are left. Pure.
 */
export function decideWithout(record: RunRecord, lost: string, error: SerialisedError): LossDecision {
  const { members, config } = record;
  const left = members.filter((member) => member !== lost);
  if (!isPassing(error) && error.code !== 'AU_WORKER_BITS') return { kind: 'ends', error };
  if (left.length < config.min_workers) {
    if (left.length === 0) return { kind: 'ends', error };
    const why = `${error.why}; ${left.length} left, min_workers is ${config.min_workers}`;
    return { kind: 'ends', error: { ...error, why } };
  }
  const why = `${error.what}: ${error.why}`.replace(/\s+/g, ' ');
  return { kind: 'goes-on', members: left, reason: `${why}; ${left.join(', ')} go on in the same step` };
}

/** How many workers more a run in work may take: up to those it asked for, or to its leaves. Pure. */
export function roomFor({ state, config, members, joining }: RunRecord): number {
  if (state !== 'running') return 0;
  const wanted = config.workers > 0 ? Math.min(config.workers, config.batch.leaves) : config.batch.leaves;
  return Math.max(0, wanted - members.length - joining.length);
}
