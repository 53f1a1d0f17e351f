import type { SerialisedError } from '@auseq/proto/errors';
import { differingParts, type Proof } from '@auseq/proto/proof';
import type { RunRecord } from './run-record.js';

/** The proof that all others of a run are compared with, and who gave it. */
export interface RunProof {
  readonly worker: string;
  readonly parts: Proof;
}

/** What a worker's proof means for its run (PROTOCOL 7). */
export type ProofDecision =
  | { readonly kind: 'same' }
  /** Other bits, which the run's events name once. */
  | { readonly kind: 'named'; readonly reason: string }
  /** Other bits, and the run is exact. */
  | { readonly kind: 'refused'; readonly error: SerialisedError };

/**
 * The proof of a run: the one that most of its first members give, by the lowest rank of them; of as many the lowest rank's.
 * Null until all have proved themselves. Pure.
 */
export function chooseProof(members: readonly string[], proofs: ReadonlyMap<string, Proof>): RunProof | null {
  const given: RunProof[] = [];
  for (const worker of members) {
    const parts = proofs.get(worker);
    if (!parts) return null;
    given.push({ worker, parts });
  }
  const alike = ({ parts }: RunProof) => given.filter((each) => differingParts(parts, each.parts).length === 0).length;
  const most = Math.max(...given.map(alike));
  return given.find((each) => alike(each) === most) ?? null;
}

/** Compares a worker's proof with the run's, which is that of its first generation and outlives a resume (PROTOCOL 21). Pure. */
export function decideProof(record: RunRecord, worker: string, parts: Proof): ProofDecision {
  const { proof, otherBits, config, name, sync } = record;
  if (!proof) return { kind: 'same' };
  const differing = differingParts(proof.parts, parts);
  if (differing.length === 0) return { kind: 'same' };
  const other = `${worker} computes other bits than ${proof.worker === worker ? 'it did before' : proof.worker}`;
  if (config.exact) {
    const code = 'AU_WORKER_BITS';
    const fix = `auseq runs resume ${name} on machines like the first; or a new run with --set exact=false --set sync=allreduce`;
    return {
      kind: 'refused',
      error: { code, what: other, why: `${describe(differing)}, and the run is exact`, try: fix, where: name },
    };
  }
  if (otherBits.includes(worker)) return { kind: 'same' };
  // With gather each member makes the update itself, and other bits of it are another vote.
  const hint = sync === 'gather' ? ', and its vote may differ: sync=allreduce shares the sums' : '';
  const reason = `${other}: ${describe(differing)}; the weights may depend on who computes${hint}`;
  return { kind: 'named', reason };
}

/** A worker that an exact run has refused is not given that run again; a resume clears the mark. Pure. */
export function isRefused({ config, otherBits }: RunRecord, worker: string): boolean {
  return config.exact && otherBits.includes(worker);
}

/** Each part is made of the one before, so the first is where to look. */
function describe([first, ...rest]: readonly string[]): string {
  return rest.length === 0 ? `${first} differs` : `${first} differs, and with it ${rest.join(', ')}`;
}
