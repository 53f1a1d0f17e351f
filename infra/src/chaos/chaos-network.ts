import type { ClusterDetour } from '../supervisor/cluster-options.js';
import { freePorts } from '../supervisor/free-ports.js';
import { type NatsProxy, startNatsProxy } from './nats-proxy.js';
import { startTcpProxy, type TcpProxy } from './tcp-proxy.js';

/** A client's own roads; the coordinator has none to itself. */
export interface Roads {
  readonly nats: NatsProxy;
  readonly coordinator: TcpProxy | null;
}

/** A proxy for each client of each server, so that a fault can hit one of them alone. */
export interface ChaosNetwork {
  readonly coordinatorPort: number;
  readonly detour: ClusterDetour;
  /** By `coordinator` and worker names. */
  readonly roads: ReadonlyMap<string, Roads>;
  close(): Promise<void>;
}

/** Picks the servers' ports and starts the proxies in front of them. */
export async function startChaosNetwork(workers: number, env: Readonly<Record<string, string>>): Promise<ChaosNetwork> {
  const [natsPort, coordinatorPort] = (await freePorts(2)) as [number, number];
  const roads = new Map<string, Roads>([['coordinator', { nats: await startNatsProxy(natsPort), coordinator: null }]]);
  for (let index = 0; index < workers; index++) {
    const coordinator = await startTcpProxy({ host: '127.0.0.1', targetPort: coordinatorPort });
    roads.set(`worker-${index}`, { nats: await startNatsProxy(natsPort), coordinator });
  }
  const natsOf = (name: string) => `nats://127.0.0.1:${roads.get(name)!.nats.port}`;
  return {
    coordinatorPort,
    roads,
    detour: {
      env,
      natsPort,
      coordinatorNats: natsOf('coordinator'),
      workers: Array.from({ length: workers }, (_, index) => ({
        nats: natsOf(`worker-${index}`),
        coordinator: `127.0.0.1:${roads.get(`worker-${index}`)!.coordinator!.port}`,
      })),
    },
    async close() {
      for (const { nats, coordinator } of roads.values()) {
        await nats.close();
        await coordinator?.close();
      }
    },
  };
}
