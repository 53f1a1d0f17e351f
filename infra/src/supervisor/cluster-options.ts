import { AuseqError } from '@auseq/proto/errors';

/** What `auseq up` starts. */
export interface ClusterOptions {
  name: string;
  workers: number;
  /** `file`: a folder of the cluster; `minio`: a MinIO server of the cluster; else a store URL that exists already. */
  store: string;
  /** The coordinator's gRPC port; 0 = any that is free. */
  port: number;
  /** Those beyond the first stand by. */
  coordinators: number;
  /** What workers compute on; empty = the worker decides. */
  device: string;
  /** For faults on purpose: fixed ports of the servers, and own roads to them for each client. */
  detour?: ClusterDetour | undefined;
}

export interface ClusterPorts {
  /** The first one serves where it leads, the others stand by. */
  readonly coordinators: readonly number[];
  readonly nats: number;
  readonly minio: number;
}

/** How processes reach each other by way of somebody else's proxies. */
export interface ClusterDetour {
  /** Where the servers listen. */
  readonly ports: ClusterPorts;
  /** What each coordinator is told, by its index, and variables of its own. */
  readonly coordinators: readonly (ServerRoads & { readonly env: Readonly<Record<string, string>> })[];
  /** What each worker is told, by its index; `coordinators` are addresses, the first one's first. */
  readonly workers: readonly (ServerRoads & { readonly coordinators: readonly string[] })[];
  /** More variables of the coordinators and the workers. */
  readonly env: Readonly<Record<string, string>>;
}

interface ServerRoads {
  /** URL of NATS. */
  readonly nats: string;
  /** MinIO's `http://host:port`; null where the store is a folder, to which no road leads. */
  readonly store: string | null;
}

/** Throws AU_USAGE for what no cluster can be. */
export function checkClusterOptions(options: ClusterOptions): void {
  const refuse = (what: string, why: string, hint: string) => {
    throw new AuseqError('AU_USAGE', { what, why, try: hint });
  };
  if (!Number.isInteger(options.workers) || options.workers < 0 || options.workers > 256)
    refuse(`--workers ${options.workers} is not allowed`, 'it must be a whole number from 0 to 256', '--workers 2');
  if (!Number.isInteger(options.port) || options.port < 0 || options.port > 65535)
    refuse(
      `--port ${options.port} is not allowed`,
      'a port is a whole number up to 65535',
      '--port 0 for any free one',
    );
  if (!['file', 'minio'].includes(options.store) && !/^(file|s3):\/\//.test(options.store))
    refuse(
      `--store ${options.store} is not known`,
      'it must be file, minio, file:///folder or s3://bucket?endpoint=URL',
      '--store file',
    );
}
