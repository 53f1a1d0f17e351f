import { linkSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { AuseqError } from '@auseq/proto/errors';
import type { ClusterPaths } from './cluster-paths.js';
import type { ProcessIdentity } from './process-identity.js';

export type ChildRole = 'nats' | 'store' | 'coordinator' | 'worker' | 'guard';
export type ChildState = 'starting' | 'running' | 'backoff' | 'stopping' | 'stopped';

export interface ChildRecord {
  role: ChildRole;
  name: string;
  state: ChildState;
  /** host:port, empty for a process that listens to nobody. */
  address: string;
  restarts: number;
  /** Null between two lives. */
  process: ProcessIdentity | null;
  log: string;
}

/** What the supervisor knows, on disk: enough for `status`, and for `down` when the supervisor is dead. */
export interface ClusterRecord {
  version: 1;
  name: string;
  token: string;
  state: 'starting' | 'running' | 'stopping';
  startedAt: string;
  supervisor: ProcessIdentity;
  coordinator: string;
  nats: string;
  store: string;
  children: ChildRecord[];
}

/** Null when no such cluster runs or ran into a crash; throws AU_CLUSTER_NOT_FOUND only when the file cannot be understood. */
export function readClusterRecord(paths: ClusterPaths): ClusterRecord | null {
  let text: string;
  try {
    text = readFileSync(paths.file, 'utf8');
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return null;
    throw error;
  }
  try {
    const record = JSON.parse(text) as ClusterRecord;
    if (record.version === 1) return record;
  } catch {
    // fall through: half a file cannot come from us, since it is written whole
  }
  throw new AuseqError('AU_CLUSTER_NOT_FOUND', {
    what: `${paths.file} cannot be understood`,
    why: 'another version of auseq wrote it, or it was edited',
    try: `end that cluster with the version that started it, then remove ${paths.file}`,
  });
}

/** Replaces the record in one move. */
export function writeClusterRecord(paths: ClusterPaths, record: ClusterRecord): void {
  const temporary = writeTemporary(paths, record);
  renameSync(temporary, paths.file);
}

/** Writes the first record; throws AU_CLUSTER_EXISTS when another supervisor was first. */
export function claimClusterRecord(paths: ClusterPaths, record: ClusterRecord): void {
  const temporary = writeTemporary(paths, record);
  try {
    linkSync(temporary, paths.file);
  } catch (cause) {
    if ((cause as NodeJS.ErrnoException).code === 'EEXIST') throw clusterExists(paths.name);
    throw cause;
  } finally {
    rmSync(temporary, { force: true });
  }
}

export function clusterExists(name: string): AuseqError {
  return new AuseqError('AU_CLUSTER_EXISTS', {
    what: `cluster ${name} runs already`,
    why: 'one name stands for one set of processes and data',
    try: `auseq status --cluster ${name}, auseq down --cluster ${name}, or another name: auseq up --cluster other`,
  });
}

function writeTemporary(paths: ClusterPaths, record: ClusterRecord): string {
  const temporary = `${paths.file}.${process.pid}.tmp`;
  writeFileSync(temporary, `${JSON.stringify(record, null, 2)}\n`, { mode: 0o600 });
  return temporary;
}
