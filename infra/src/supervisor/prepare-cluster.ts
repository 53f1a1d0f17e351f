import { mkdirSync, writeFileSync } from 'node:fs';
import { minioSpec } from '../minio/minio-spec.js';
import { natsServerSpec } from '../nats/nats-server-spec.js';
import type { ClusterOptions, ClusterPorts } from './cluster-options.js';
import { clusterPaths } from './cluster-paths.js';
import { storeCredentials, storeEnvironment } from './credentials.js';
import { freePorts } from './free-ports.js';
import { type ClusterPlan, ownCommands, planCluster } from './plan-cluster.js';

/** Picks ports, finds the servers' programs, writes their configuration and folders. Throws AU_RUNTIME_MISSING. */
export async function prepareCluster(options: ClusterOptions): Promise<ClusterPlan> {
  const paths = clusterPaths(options.name);
  const ports = options.detour?.ports ?? (await pickPorts(options.coordinators, options.port));
  const { nats, minio } = ports;
  const broker = natsServerSpec({ port: nats, storeDir: paths.nats, name: `auseq-${options.name}` });
  const credentials = options.store === 'minio' ? storeCredentials(paths.credentials) : null;
  const objects = credentials ? minioSpec({ port: minio, dataDir: paths.minio, ...credentials }) : null;
  for (const folder of [paths.nats, paths.coordinator, objects ? paths.minio : paths.store])
    mkdirSync(folder, { recursive: true });
  writeFileSync(broker.configPath, broker.configText);
  const storeEnv = credentials ? storeEnvironment(credentials) : {};
  return planCluster(options, paths, ports, { ...ownCommands, nats: broker, minio: objects }, storeEnv);
}

/** Free ports for the servers of a cluster; the first coordinator gets `port` where that is not 0. */
export async function pickPorts(coordinators: number, port = 0): Promise<ClusterPorts> {
  const [nats, minio, first, ...others] = (await freePorts(2 + coordinators)) as [number, number, number];
  return { nats, minio, coordinators: [port || first, ...others] };
}
