import { fileURLToPath } from 'node:url';
import type { ClusterOptions, ClusterPorts } from './cluster-options.js';
import type { ClusterPaths } from './cluster-paths.js';
import type { ChildSpec } from './supervised-child.js';

export interface Command {
  command: string;
  args: readonly string[];
  env?: Record<string, string>;
}

/** How each part is started: real executables, or small ones in a test. */
export interface ClusterCommands {
  nats: Command;
  minio: Command | null;
  coordinator: (args: readonly string[]) => Command;
  worker: (args: readonly string[]) => Command;
  guard: Command;
}

export interface ClusterPlan {
  natsUrl: string;
  storeUrl: string;
  coordinator: string;
  guard: ChildSpec;
  /** Started in this order, each stage when the one before serves; ended in the opposite order. */
  stages: ChildSpec[][];
}

/** As gRPC takes several: it goes to the first one that answers. */
const addressesOf = (addresses: readonly string[]) =>
  addresses.length === 1 ? addresses[0]! : `ipv4:${addresses.join(',')}`;

const atHome = (port: number) => `127.0.0.1:${port}`;

/** The process name of a coordinator, by its index. */
export const coordinatorName = (index: number): string => (index === 0 ? 'coordinator' : `coordinator-${index}`);

/** Which processes make the cluster, on which ports, in which order: pure. */
export function planCluster(
  options: ClusterOptions,
  paths: ClusterPaths,
  ports: ClusterPorts,
  commands: ClusterCommands,
  storeEnv: Record<string, string>,
): ClusterPlan {
  const natsUrl = `nats://${atHome(ports.nats)}`;
  const coordinator = addressesOf(ports.coordinators.map(atHome));
  const storeUrl = storeUrlOf(options, paths, ports);
  const env = { ...storeEnv, ...options.detour?.env };
  const brokers: ChildSpec[] = [
    {
      role: 'nats',
      name: 'nats',
      ...commands.nats,
      address: atHome(ports.nats),
      probe: { kind: 'tcp', port: ports.nats },
    },
  ];
  if (commands.minio) {
    brokers.push({
      role: 'store',
      name: 'minio',
      ...commands.minio,
      address: atHome(ports.minio),
      probe: { kind: 'http', url: `http://${atHome(ports.minio)}/minio/health/cluster` },
    });
  }
  const coordinators = ports.coordinators.map((port, index): ChildSpec => {
    const detour = options.detour?.coordinators[index];
    const command = commands.coordinator([
      ...['--grpc-port', String(port), '--nats', detour?.nats ?? natsUrl],
      ...['--store', detour?.store ? minioUrl(detour.store) : storeUrl, '--state-dir', paths.coordinator],
    ]);
    const name = coordinatorName(index);
    // One that stands by serves nobody yet.
    const probe = index === 0 ? ({ kind: 'tcp', port } as const) : ({ kind: 'alive' } as const);
    return { role: 'coordinator', name, ...command, address: atHome(port), probe, env: { ...env, ...detour?.env } };
  });
  const [leading, ...standing] = coordinators;
  const workers = Array.from({ length: options.workers }, (_, index): ChildSpec => {
    const name = `worker-${index}`;
    const device = options.device ? ['--device', options.device] : [];
    const detour = options.detour?.workers[index];
    const roads = detour
      ? ['--coordinator', addressesOf(detour.coordinators), '--nats', detour.nats]
      : ['--coordinator', coordinator];
    if (detour?.store) roads.push('--store', minioUrl(detour.store));
    const command = commands.worker(['--name', name, ...roads, ...device]);
    return { role: 'worker', name, ...command, address: '', probe: { kind: 'alive' }, env };
  });
  return {
    natsUrl,
    storeUrl,
    coordinator,
    guard: { role: 'guard', name: 'guard', ...commands.guard, address: '', probe: { kind: 'alive' }, stdin: 'pipe' },
    stages: [brokers, [leading!], [...standing, ...workers]],
  };
}

const minioUrl = (endpoint: string) => `s3://auseq?endpoint=${endpoint}`;

function storeUrlOf(options: ClusterOptions, paths: ClusterPaths, ports: ClusterPorts): string {
  if (options.store === 'file') return `file://${paths.store}`;
  if (options.store === 'minio') return minioUrl(`http://${atHome(ports.minio)}`);
  return options.store;
}

const node = (script: string, args: readonly string[]): Command => ({
  command: process.execPath,
  args: ['--enable-source-maps', fileURLToPath(new URL(script, import.meta.url)), ...args],
});

/** The executables of this repository. */
export const ownCommands: Pick<ClusterCommands, 'coordinator' | 'worker' | 'guard'> = {
  coordinator: (args) => node('../../../coordinator/dist/bin/coordinator.js', args),
  worker: (args) => node('../../../worker/dist/bin/agent.js', args),
  guard: node('./guard-main.js', []),
};
