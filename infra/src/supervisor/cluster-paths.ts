import { homedir } from 'node:os';
import { join } from 'node:path';
import { AuseqError } from '@auseq/proto/errors';

/** Where a cluster on this machine keeps what must outlive it: one folder per cluster name. */
export interface ClusterPaths {
  readonly name: string;
  readonly root: string;
  /** Exists exactly while a supervisor lives (or died without clearing up). */
  readonly file: string;
  readonly nats: string;
  readonly store: string;
  readonly minio: string;
  readonly coordinator: string;
  readonly logs: string;
  /** MinIO's root user and password, readable by the owner only. */
  readonly credentials: string;
}

/** Folders of cluster `name` under AUSEQ_STATE, else the XDG state folder. Throws AU_USAGE for a name that is no folder name. */
export function clusterPaths(name: string, env: NodeJS.ProcessEnv = process.env): ClusterPaths {
  if (!/^[a-z0-9][a-z0-9-]{0,39}$/.test(name)) {
    throw new AuseqError('AU_USAGE', {
      what: `cluster name "${name}" is not allowed`,
      why: 'a name has 1 to 40 lower-case letters, digits and dashes, and does not begin with a dash',
      try: '--cluster local',
    });
  }
  const root = join(stateRoot(env), 'clusters', name);
  return {
    name,
    root,
    file: join(root, 'cluster.json'),
    nats: join(root, 'nats'),
    store: join(root, 'store'),
    minio: join(root, 'minio'),
    coordinator: join(root, 'coordinator'),
    logs: join(root, 'logs'),
    credentials: join(root, 'credentials.json'),
  };
}

function stateRoot(env: NodeJS.ProcessEnv): string {
  return env.AUSEQ_STATE || join(env.XDG_STATE_HOME || join(homedir(), '.local', 'state'), 'auseq');
}
