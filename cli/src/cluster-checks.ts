import { AuseqError } from '@auseq/proto/errors';
import { statusOf } from './cluster-view.js';
import type { TargetFlags } from './coordinator-address.js';
import type { CheckView } from './render/checks.js';

/** What `doctor` says of a cluster: does its coordinator answer, and is every process alive. */
export async function clusterChecks(target: TargetFlags): Promise<CheckView[]> {
  const name = target.coordinator ? `coordinator ${target.coordinator}` : `cluster ${target.cluster}`;
  try {
    const { state, processes, workers, error } = await statusOf(target);
    const down = processes
      .filter((process) => process.state !== 'running')
      .map((process) => `${process.name} ${process.state}`);
    const measured = [state, `${workers.length} workers attached`, ...down].join(', ');
    const fix = error?.try ?? (down.length > 0 ? 'auseq status, then the log of that process' : undefined);
    return [{ name, state: error ? 'fail' : down.length > 0 ? 'warn' : 'pass', measured, fix }];
  } catch (error) {
    const coded = AuseqError.from(error);
    // No cluster on this machine is a choice; an address that was given and does not answer is a failure.
    const absent = coded.code === 'AU_CLUSTER_NOT_FOUND';
    return [{ name, state: absent ? 'pass' : 'fail', measured: absent ? 'does not run' : coded.why, fix: coded.hint }];
  }
}
