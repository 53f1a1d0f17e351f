import { type FaultKind, faultKinds } from '@auseq/configs/chaos-plan';
import { AuseqError } from '@auseq/proto/errors';
import { storesCanFail } from './store-faults.js';

const noSwitch = storesCanFail() ? undefined : 'the stores of this build cannot be made to fail';

/** Why a kind cannot be injected into this build. */
const missing: Readonly<Partial<Record<FaultKind, string | undefined>>> = {
  'store-error': noSwitch,
  'store-slow': noSwitch,
  'disk-full': noSwitch,
  'clock-jump': 'the processes read the clock of the machine, which chaos leaves alone',
};

export const availableKinds: readonly FaultKind[] = faultKinds.filter((kind) => missing[kind] === undefined);

/** Throws AU_CHAOS_UNAVAILABLE for the first kind that cannot be injected. */
export function checkKinds(kinds: readonly FaultKind[]): void {
  const refused = kinds.find((kind) => missing[kind] !== undefined);
  if (!refused) return;
  throw new AuseqError('AU_CHAOS_UNAVAILABLE', {
    what: `faults of kind ${refused} are not available`,
    why: missing[refused]!,
    try: `one of ${availableKinds.join(', ')}`,
  });
}
