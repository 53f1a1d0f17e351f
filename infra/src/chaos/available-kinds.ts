import { type Fault, type FaultKind, faultKinds } from '@auseq/configs/chaos-plan';
import { AuseqError } from '@auseq/proto/errors';

/** Why a kind cannot be injected into this build. */
const missing: Partial<Record<FaultKind, string>> = {
  'store-error': 'the store adapters of this build have no switch for failures',
  'store-slow': 'the store adapters of this build have no switch for delays',
  'disk-full': 'the store adapters of this build have no switch for failures',
  'clock-jump': 'the processes read the clock of the machine, which chaos leaves alone',
};

export const availableKinds: readonly FaultKind[] = faultKinds.filter((kind) => !(kind in missing));

/** Throws AU_CHAOS_UNAVAILABLE for the first kind that cannot be injected. */
export function checkKinds(kinds: readonly Fault['kind'][]): void {
  const refused = kinds.find((kind) => kind in missing);
  if (!refused) return;
  throw new AuseqError('AU_CHAOS_UNAVAILABLE', {
    what: `faults of kind ${refused} are not available`,
    why: missing[refused]!,
    try: `one of ${availableKinds.join(', ')}`,
  });
}
