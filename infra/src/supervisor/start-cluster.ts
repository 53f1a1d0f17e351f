import { type ChildProcess, spawn } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { closeSync, mkdirSync, openSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { AuseqError } from '@auseq/proto/errors';
import { type ClusterRecord, clusterExists, readClusterRecord } from './cluster-file.js';
import { type ClusterOptions, checkClusterOptions } from './cluster-options.js';
import { clusterPaths } from './cluster-paths.js';
import { isAlive, tokenVariable } from './process-identity.js';
import { clearStaleCluster } from './stop-cluster.js';
import type { SupervisorMessage } from './supervisor-messages.js';

/**
 * Starts a supervisor that outlives the caller, waits until coordinator, broker and store serve, and returns its record.
 * Throws AU_USAGE, AU_CLUSTER_EXISTS, AU_CLUSTER_START or AU_RUNTIME_MISSING; then, and when `signal` fires, nothing keeps running.
 */
export async function startCluster(
  options: ClusterOptions,
  progress: (message: string) => void,
  signal: AbortSignal,
): Promise<ClusterRecord> {
  checkClusterOptions(options);
  const paths = clusterPaths(options.name);
  const record = readClusterRecord(paths);
  if (record && isAlive(record.supervisor)) throw clusterExists(options.name);
  if (record) {
    progress(`clearing what a dead supervisor of cluster ${options.name} left`);
    await clearStaleCluster(paths, record);
  }
  mkdirSync(paths.logs, { recursive: true });
  const log = openSync(join(paths.logs, 'supervisor.err'), 'a');
  const child = spawn(
    process.execPath,
    ['--enable-source-maps', fileURLToPath(new URL('./supervisor-main.js', import.meta.url)), JSON.stringify(options)],
    {
      cwd: paths.root,
      detached: true,
      env: { ...process.env, [tokenVariable]: randomBytes(16).toString('hex') },
      stdio: ['ignore', log, log, 'ipc'],
    },
  );
  closeSync(log);
  try {
    return await firstAnswer(child, progress, signal, join(paths.logs, 'supervisor.err'));
  } finally {
    // An open channel would keep the caller alive; before "ready", closing it tells the supervisor to end.
    if (child.connected) child.disconnect();
    child.unref();
  }
}

function firstAnswer(
  child: ChildProcess,
  progress: (message: string) => void,
  signal: AbortSignal,
  log: string,
): Promise<ClusterRecord> {
  return new Promise((resolve, reject) => {
    const leave = () => {
      if (child.connected) child.disconnect();
    };
    signal.addEventListener('abort', leave, { once: true });
    let failure: AuseqError | null = null;
    child.on('message', (message: SupervisorMessage) => {
      if (message.event === 'progress') progress(message.message);
      else if (message.event === 'error') failure = AuseqError.fromJSON(message.error);
      else {
        signal.removeEventListener('abort', leave);
        resolve(message.record);
      }
    });
    child.once('error', reject);
    // A failed start is reported when the supervisor has ended all it had started, not before.
    child.once('exit', (code) => reject(failure ?? (signal.aborted ? signal.reason : startFailed(code, log))));
  });
}

function startFailed(code: number | null, log: string): AuseqError {
  return new AuseqError('AU_CLUSTER_START', {
    what: 'the supervisor ended before the cluster served',
    why: `it ended with ${code === null ? 'a signal' : `exit code ${code}`}`,
    try: `read ${log}`,
  });
}
