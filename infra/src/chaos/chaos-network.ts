import type { From } from '@auseq/configs/chaos-plan';
import type { ClusterDetour, ClusterPorts } from '../supervisor/cluster-options.js';
import { coordinatorName } from '../supervisor/plan-cluster.js';
import { pickPorts } from '../supervisor/prepare-cluster.js';
import { type NatsProxy, startNatsProxy } from './nats-proxy.js';
import { startTcpProxy, type TcpProxy } from './tcp-proxy.js';

/** A client's own roads. */
export interface Roads {
  readonly nats: NatsProxy;
  /** One to each coordinator; a coordinator has none. */
  readonly coordinators: readonly TcpProxy[];
  /** Null where the store is a folder. */
  readonly store: TcpProxy | null;
}

/** A proxy for each client of each server, so that a fault can hit one of them alone. */
export interface ChaosNetwork {
  readonly detour: ClusterDetour;
  /** By the names of processes: `coordinator`, `coordinator-1`, `worker-0`. */
  readonly roads: ReadonlyMap<string, Roads>;
  close(): Promise<void>;
}

export interface ChaosNetworkOptions {
  readonly workers: number;
  readonly coordinators: number;
  /** Whether the store is a server, to which roads lead. */
  readonly storeIsServer: boolean;
  /** Variables of all coordinators and workers. */
  readonly env: Readonly<Record<string, string>>;
}

/** Picks the servers' ports and starts the proxies in front of them. */
export async function startChaosNetwork(options: ChaosNetworkOptions): Promise<ChaosNetwork> {
  const ports = await pickPorts(options.coordinators);
  const roads = new Map<string, Roads>();
  const open = async (name: string, coordinators: readonly number[]): Promise<Roads> => {
    const own = await openRoads(ports, coordinators, options.storeIsServer);
    roads.set(name, own);
    return own;
  };
  const coordinators: ClusterDetour['coordinators'][number][] = [];
  for (let index = 0; index < options.coordinators; index++) {
    const name = coordinatorName(index);
    coordinators.push({ ...serversOf(await open(name, [])), env: { AUSEQ_CLOCK_NAME: name } });
  }
  const workers: ClusterDetour['workers'][number][] = [];
  for (let index = 0; index < options.workers; index++) {
    const own = await open(`worker-${index}`, ports.coordinators);
    workers.push({ ...serversOf(own), coordinators: own.coordinators.map(({ port }) => `127.0.0.1:${port}`) });
  }
  return {
    roads,
    detour: { ports, coordinators, workers, env: options.env },
    async close() {
      for (const own of roads.values()) for (const proxy of roadsFrom(own, 'all')) await proxy.close();
    },
  };
}

/** Those of a client's roads that a fault is about: pure. */
export function roadsFrom({ nats, coordinators, store }: Roads, from: From): TcpProxy[] {
  return [
    ...(['nats', 'both', 'all'].includes(from) ? [nats] : []),
    ...(['coordinator', 'both', 'all'].includes(from) ? coordinators : []),
    ...(['store', 'all'].includes(from) && store ? [store] : []),
  ];
}

async function openRoads(ports: ClusterPorts, coordinators: readonly number[], toStore: boolean): Promise<Roads> {
  const to = (targetPort: number) => startTcpProxy({ host: '127.0.0.1', targetPort });
  return {
    nats: await startNatsProxy(ports.nats),
    coordinators: await Promise.all(coordinators.map(to)),
    store: toStore ? await to(ports.minio) : null,
  };
}

const serversOf = ({ nats, store }: Roads) => ({
  nats: `nats://127.0.0.1:${nats.port}`,
  // S3 signs the Host header, and a server checks it against what it was sent: the proxy's port is as good as its own.
  store: store && `http://127.0.0.1:${store.port}`,
});
