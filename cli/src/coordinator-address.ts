import { readClusterRecord } from '@auseq/infra/supervisor/cluster-file';
import { clusterPaths } from '@auseq/infra/supervisor/cluster-paths';
import { AuseqError } from '@auseq/proto/errors';

export interface TargetFlags {
  cluster: string;
  coordinator?: string | undefined;
}

/** The address that was given, or that of the named cluster on this machine. Throws AU_COORDINATOR_UNREACHABLE. */
export function coordinatorAddress({ cluster, coordinator }: TargetFlags): string {
  if (coordinator) return coordinator;
  const record = readClusterRecord(clusterPaths(cluster));
  if (record) return record.coordinator;
  throw new AuseqError('AU_COORDINATOR_UNREACHABLE', {
    what: `there is no coordinator to ask: cluster ${cluster} does not run on this machine`,
    why: 'no --coordinator was given, and no supervisor has written its address',
    try: `auseq up --cluster ${cluster}, or --coordinator host:port`,
  });
}
