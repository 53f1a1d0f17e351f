import { rmSync } from 'node:fs';
import { AuseqError } from '@auseq/proto/errors';
import { type ClusterRecord, readClusterRecord } from './cluster-file.js';
import { type ClusterPaths, clusterPaths } from './cluster-paths.js';
import { endProcessesWithToken, waitGone } from './end-processes.js';
import { isAlive, type ProcessIdentity, processesWithToken, signalProcess } from './process-identity.js';

export interface StopOptions {
  name: string;
  /** Also removes data, logs and checkpoints of the cluster. */
  purge: boolean;
  /** Fires when the user does not want to wait for workers to drain. */
  force: AbortSignal;
}

export interface StopReport {
  cluster: string;
  /** Processes that lived when `down` began. */
  processes: number;
  /** True when the supervisor itself was dead and its processes were ended one by one. */
  crashed: boolean;
  purged: boolean;
}

/** The supervisor gives a worker 120 s; anything beyond the sum of its stages is a hang. */
const supervisorDeadlineMs = 180_000;

/** Ends a cluster: exactly the processes it started, checked by start time and token. Throws AU_CLUSTER_NOT_FOUND. */
export async function stopCluster({ name, purge, force }: StopOptions): Promise<StopReport> {
  const paths = clusterPaths(name);
  const record = readClusterRecord(paths);
  if (!record && !purge) throw clusterNotFound(name);
  const processes = record ? recordedProcesses(record).filter(isAlive).length : 0;
  const crashed = record !== null && !isAlive(record.supervisor);
  // Checkpoints that are removed a moment later are not worth waiting for.
  const hurry = record && purge && ownsStore(record, paths) ? AbortSignal.abort() : force;
  if (record && !crashed) await stopSupervisor(record.supervisor, hurry);
  if (record) await clearStaleCluster(paths, record);
  if (purge) rmSync(paths.root, { recursive: true, force: true });
  return { cluster: name, processes, crashed, purged: purge };
}

/** Ends what a dead supervisor left behind and removes its record. */
export async function clearStaleCluster(paths: ClusterPaths, record: ClusterRecord): Promise<void> {
  await endProcessesWithToken(record.token, 0);
  const left = recordedProcesses(record).filter(isAlive);
  for (const identity of left) signalProcess(identity, 'SIGKILL');
  await waitGone(left, 5000);
  rmSync(paths.file, { force: true });
}

/** Every process of the record, and those that descend from one: step processes are started by agents. */
export function recordedProcesses(record: ClusterRecord): ProcessIdentity[] {
  const found = new Map<number, ProcessIdentity>();
  for (const each of [record.supervisor, ...record.children.flatMap(({ process }) => process ?? [])])
    found.set(each.pid, each);
  for (const each of processesWithToken(record.token)) found.set(each.pid, each);
  return [...found.values()];
}

export function clusterNotFound(name: string): AuseqError {
  return new AuseqError('AU_CLUSTER_NOT_FOUND', {
    what: `cluster ${name} does not run`,
    why: 'there is no record of it on this machine',
    try: `auseq up --cluster ${name}`,
  });
}

function ownsStore(record: ClusterRecord, paths: ClusterPaths): boolean {
  return record.store === `file://${paths.store}` || record.children.some(({ role }) => role === 'store');
}

async function stopSupervisor(supervisor: ProcessIdentity, force: AbortSignal): Promise<void> {
  const deadline = AbortSignal.timeout(supervisorDeadlineMs);
  signalProcess(supervisor, 'SIGTERM');
  let forced = false;
  while (isAlive(supervisor)) {
    if (force.aborted && !forced) {
      forced = true;
      signalProcess(supervisor, 'SIGTERM'); // the second one means: at once
    }
    if (deadline.aborted) signalProcess(supervisor, 'SIGKILL');
    await waitGone([supervisor], 200);
  }
}
