import type { ChaosPlan } from '@auseq/configs/chaos-plan';
import { AuseqError } from '@auseq/proto/errors';

export interface ChaosCluster {
  readonly store: 'file' | 'minio';
  readonly coordinators: number;
}

/** Throws AU_USAGE for a fault that this cluster could never suffer, before anything is started: pure. */
export function checkPlan({ faults }: ChaosPlan, { store, coordinators }: ChaosCluster): void {
  let hangs = 0;
  faults.forEach((fault, index) => {
    const named = `fault ${index + 1} of the plan (${fault.kind}`;
    if (store === 'file' && 'from' in fault && (fault.from === 'store' || fault.from === 'all')) {
      throw new AuseqError('AU_USAGE', {
        what: `${named} from ${fault.from}) cannot be injected`,
        why: 'the store is a folder: no connection leads to it',
        try: '--store minio; or from: both, and store-error or store-slow for the store',
      });
    }
    if ('from' in fault && fault.target === 'coordinator' && fault.from === 'coordinator') {
      throw new AuseqError('AU_USAGE', {
        what: `${named}, target: coordinator, from: coordinator) cannot be injected`,
        why: 'no connection leads from a coordinator to itself',
        try: 'target: all; or from: nats',
      });
    }
    if (fault.kind !== 'hang-coordinator') return;
    hangs++;
    if (hangs < coordinators) return;
    throw new AuseqError('AU_USAGE', {
      what: `${named}) cannot be injected`,
      why: `of ${coordinators === 1 ? 'one coordinator' : `${coordinators} coordinators`} none would be left: who hangs never comes back`,
      try: `--coordinators ${hangs + 1}; or kill-coordinator, or stop with target: coordinator`,
    });
  });
}
