import { readClusterRecord } from '@auseq/infra/supervisor/cluster-file';
import { clusterPaths } from '@auseq/infra/supervisor/cluster-paths';
import { type ProcessView, viewCluster } from '@auseq/infra/supervisor/cluster-status';
import { AuseqError } from '@auseq/proto/errors';
import type { StatusReply, WorkerInfo } from '@auseq/proto/gen/auseq/v1/auseq';
import type { TargetFlags } from './coordinator-address.js';

export interface WorkerView {
  name: string;
  state: string;
  run: string;
  device: string;
  host: string;
  pid: number;
}

export interface StatusView {
  cluster: string;
  /** running | starting | stopping | degraded | dead | unreachable */
  state: string;
  coordinator: string;
  nats: string;
  store: string;
  protocol_version: string;
  leader: string;
  processes: ProcessView[];
  workers: WorkerView[];
  /** Why the coordinator could not be asked; null when it answered. */
  error: ReturnType<AuseqError['toJSON']> | null;
}

/** What runs on this machine and what the coordinator knows, together; one of the two may be missing. */
export async function statusOf(target: TargetFlags): Promise<StatusView> {
  const local = target.coordinator ? null : viewCluster(target.cluster);
  const address = target.coordinator ?? local!.record.coordinator;
  const reply = await ask(address).catch(AuseqError.from);
  const answered = !(reply instanceof AuseqError);
  if (!local && !answered) throw reply;
  const workers = answered ? reply.workers.map(workerView) : [];
  const processes = local?.processes ?? workers.map(remoteProcess);
  return {
    cluster: local ? target.cluster : '',
    state: overallState(local?.state ?? 'running', processes, answered),
    coordinator: address,
    nats: answered ? reply.nats : (local?.record.nats ?? ''),
    store: answered ? reply.store : (local?.record.store ?? ''),
    protocol_version: answered ? reply.protocolVersion : '',
    leader: answered ? reply.leader : '',
    processes: processes.map((process) => withWorkerState(process, workers)),
    workers,
    error: answered ? null : reply.toJSON(),
  };
}

/** Names of the workers that are attached to a coordinator now. */
export async function attachedWorkers(address: string): Promise<string[]> {
  const { workers } = await ask(address);
  return workers.filter(({ state }) => state !== 'lost').map(({ name }) => name);
}

/** The log of a process of a local cluster. */
export function logOf(cluster: string, name: string): string {
  return readClusterRecord(clusterPaths(cluster))?.children.find((child) => child.name === name)?.log ?? '';
}

function overallState(supervised: string, processes: readonly ProcessView[], answered: boolean): string {
  if (supervised !== 'running') return supervised;
  if (!answered) return 'unreachable';
  return processes.every(({ state }) => state === 'running') ? 'running' : 'degraded';
}

async function ask(address: string): Promise<StatusReply> {
  const { connectCoordinator } = await import('./client.js');
  const client = await connectCoordinator(address);
  try {
    return await client.cluster.status({});
  } finally {
    client.close();
  }
}

function workerView({ name, state, run, device, host, pid }: WorkerInfo): WorkerView {
  return { name, state, run, device, host, pid };
}

function remoteProcess({ name, pid, host, state }: WorkerView): ProcessView {
  return { role: 'worker', name, pid, address: host, state: state === 'lost' ? 'dead' : 'running', restarts: 0 };
}

/** The coordinator knows where a worker can be found. */
function withWorkerState(process: ProcessView, workers: readonly WorkerView[]): ProcessView {
  const worker = process.role === 'worker' ? workers.find(({ name }) => name === process.name) : undefined;
  return worker ? { ...process, address: process.address || worker.host } : process;
}
