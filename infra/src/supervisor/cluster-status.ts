import { type ClusterRecord, readClusterRecord } from './cluster-file.js';
import { clusterPaths } from './cluster-paths.js';
import { isAlive, processesWithToken } from './process-identity.js';
import { clusterNotFound } from './stop-cluster.js';

export interface ProcessView {
  role: string;
  name: string;
  /** 0 between two lives. */
  pid: number;
  address: string;
  state: string;
  restarts: number;
}

export interface ClusterView {
  record: ClusterRecord;
  /** The record's word, or `dead` when the supervisor is gone. */
  state: string;
  processes: ProcessView[];
}

/** What of the cluster lives now, step processes of agents included. Throws AU_CLUSTER_NOT_FOUND. */
export function viewCluster(name: string): ClusterView {
  const record = readClusterRecord(clusterPaths(name));
  if (!record) throw clusterNotFound(name);
  const supervises = isAlive(record.supervisor);
  const supervisor: ProcessView = {
    role: 'supervisor',
    name: 'supervisor',
    pid: record.supervisor.pid,
    address: '',
    state: supervises ? 'running' : 'dead',
    restarts: 0,
  };
  const children = record.children.map(({ role, name, address, state, restarts, process }): ProcessView => {
    const dead = process !== null && !isAlive(process);
    return { role, name, pid: process?.pid ?? 0, address, state: dead ? 'dead' : state, restarts };
  });
  const known = new Set([supervisor.pid, ...children.map(({ pid }) => pid)]);
  const agents = new Map(children.filter(({ role }) => role === 'worker').map(({ pid, name }) => [pid, name]));
  const steps = processesWithToken(record.token)
    .filter(({ pid, parent }) => !known.has(pid) && agents.has(parent))
    .map(({ pid, parent }): ProcessView => {
      return { role: 'step', name: `${agents.get(parent)}/step`, pid, address: '', state: 'running', restarts: 0 };
    });
  const state = supervises ? record.state : 'dead';
  return { record, state, processes: [supervisor, ...children, ...steps] };
}
