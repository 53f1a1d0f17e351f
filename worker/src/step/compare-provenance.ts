import { AuseqError } from '@auseq/proto/errors';

type Provenance = Readonly<Record<string, string>>;

export interface ProvenanceChange {
  readonly field: string;
  readonly before: string;
  readonly now: string;
}

/** Told but never refused: arithmetic in JavaScript is the same in every Node that can run this. */
const harmless = new Set(['node']);

/** What differs between the process that wrote a checkpoint and this one, in the order of the fields. */
export function compareProvenance(then: Provenance, now: Provenance): ProvenanceChange[] {
  return [...new Set([...Object.keys(then), ...Object.keys(now)])]
    .filter((field) => then[field] !== now[field])
    .map((field) => ({ field, before: then[field] ?? 'not recorded', now: now[field] ?? 'not recorded' }));
}

/** Throws AU_CHECKPOINT_PROVENANCE if going on under these changes gives other bits than not having stopped (PROTOCOL 21). */
export function refuseOtherBits(key: string, changes: readonly ProvenanceChange[]): void {
  const telling = changes.filter(({ field }) => !harmless.has(field));
  if (telling.length === 0) return;
  throw new AuseqError('AU_CHECKPOINT_PROVENANCE', {
    what: `${key} was written under other conditions, and the run is exact`,
    why: `going on would give other bits: ${telling.map(describeChange).join('; ')}`,
    try: 'resume with the data, assets and machine it was written with; or submit a new run with --set exact=false',
  });
}

/** One change as text. */
export function describeChange({ field, before, now }: ProvenanceChange): string {
  return `${field} was ${before}, is ${now}`;
}
