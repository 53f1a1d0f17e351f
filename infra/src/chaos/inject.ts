import type { Fault, From } from '@auseq/configs/chaos-plan';
import { viewCluster } from '../supervisor/cluster-status.js';
import { identify, signalProcess } from '../supervisor/process-identity.js';
import { type ChaosNetwork, type Roads, roadsFrom } from './chaos-network.js';
import { jumpClock } from './clock-faults.js';
import { quietRules } from './network-rules.js';
import { endStoreFaults, storeFaultsOf, writeStoreFaults } from './store-faults.js';
import type { TcpProxy } from './tcp-proxy.js';

export interface Surroundings {
  readonly cluster: string;
  readonly network: ChaosNetwork;
  /** The file that makes stores fail. */
  readonly storeFaults: string;
  /** The file of the processes' clocks. */
  readonly clockFaults: string;
  /** Members of the present generation, in rank order. */
  readonly members: () => readonly string[];
  /** The process of the coordinator that leads; null while none does. */
  readonly leader: () => string | null;
}

export interface Injected {
  /** Whom it hit. */
  readonly target: string;
  /** Ends a fault that lasts, `afterMs` later (null: when the run is over); null for one that is over at once or never. */
  readonly undo: { readonly afterMs: number | null; readonly run: () => void } | null;
  /** For a fault that waits for what it can hit: whether it came. */
  readonly hasHit?: () => boolean;
}

/** Does a fault to the cluster; null while its target is not there. */
export function inject(fault: Fault, around: Surroundings): Injected | null {
  switch (fault.kind) {
    case 'kill':
      return signal(around, fault.target, 'SIGKILL');
    case 'hang':
      return signal(around, fault.target, 'SIGSTOP');
    case 'stop':
      return signal(around, fault.target, 'SIGSTOP', { afterMs: fault.seconds * 1000, signal: 'SIGCONT' });
    case 'kill-agent': {
      const worker = nameOf(around, fault.target);
      return worker === null ? null : signalNamed(around.cluster, worker, 'SIGKILL');
    }
    case 'kill-coordinator':
      return signal(around, 'coordinator', 'SIGKILL');
    case 'hang-coordinator':
      // Once the run is over it must not keep the cluster from ending: a stopped process hears no SIGTERM.
      return signal(around, 'coordinator', 'SIGSTOP', { afterMs: null, signal: 'SIGKILL' });
    case 'restart-nats':
      return signalNamed(around.cluster, 'nats', 'SIGTERM');
    case 'slow-network':
      return onRoads(around, fault.target, fault.from, (proxies) => {
        const rules = { delayMs: fault.delay_ms, bytesPerSecond: fault.bytes_per_second };
        for (const proxy of proxies) proxy.setRules(rules);
        return { afterMs: fault.seconds * 1000, run: () => proxies.forEach(heal) };
      });
    case 'partition':
      return onRoads(around, fault.target, fault.from, (proxies) => {
        for (const proxy of proxies) proxy.setRules({ held: true });
        return { afterMs: fault.seconds * 1000, run: () => proxies.forEach(heal) };
      });
    case 'cut':
      return onRoads(around, fault.target, fault.from, (proxies) => {
        for (const proxy of proxies) proxy.cut();
        return null;
      });
    case 'lost-message':
    case 'corrupt-frame': {
      const verdict = fault.kind === 'corrupt-frame' ? 'flip' : 'drop';
      const roads = roadsOf(around, fault.target);
      const counts = roads?.map(({ road }) => road.nats.spoil(verdict, fault.count)) ?? [];
      const hasHit = () => counts.some((spoilt) => spoilt() > 0);
      return roads && { target: roads.map(({ name }) => name).join(', '), undo: null, hasHit };
    }
    case 'store-error':
    case 'store-slow':
    case 'disk-full': {
      const { storeFaults: file } = around;
      const faults = storeFaultsOf(fault)!;
      writeStoreFaults(file, faults);
      return { target: 'store', undo: { afterMs: fault.seconds * 1000, run: () => endStoreFaults(file, faults) } };
    }
    case 'clock-jump': {
      const name = nameOf(around, fault.target);
      if (name === null) return null;
      jumpClock(around.clockFaults, name, fault.seconds * 1000);
      return { target: `${name}'s clock`, undo: null };
    }
  }
}

const heal = (proxy: TcpProxy) => proxy.setRules(quietRules);

/** `rank 1` as the worker that has it now, `coordinator` as the one that leads; null where nobody does. */
function nameOf({ members, leader }: Surroundings, target: string): string | null {
  if (target === 'coordinator') return leader();
  const rank = /^rank (\d+)$/.exec(target)?.[1];
  return rank === undefined ? target : (members()[Number(rank)] ?? null);
}

interface LaterSignal {
  readonly afterMs: number | null;
  readonly signal: NodeJS.Signals;
}

function signal(around: Surroundings, target: string, name: NodeJS.Signals, later?: LaterSignal): Injected | null {
  const found = nameOf(around, target);
  if (!found) return null;
  const process = found.startsWith('worker-') ? `${found}/step` : found;
  return signalNamed(around.cluster, process, name, later);
}

function signalNamed(cluster: string, name: string, signal: NodeJS.Signals, later?: LaterSignal): Injected | null {
  const pid = viewCluster(cluster).processes.find((each) => each.name === name && each.pid > 0)?.pid;
  const identity = pid === undefined ? null : identify(pid);
  if (!identity || !signalProcess(identity, signal)) return null;
  const run = () => void (later && signalProcess(identity, later.signal));
  return { target: name, undo: later ? { afterMs: later.afterMs, run } : null };
}

function roadsOf(around: Surroundings, target: string): { name: string; road: Roads }[] | null {
  const { roads } = around.network;
  if (target === 'all') return [...roads].map(([name, road]) => ({ name, road }));
  const name = nameOf(around, target);
  const road = name === null ? undefined : roads.get(name);
  return name !== null && road ? [{ name, road }] : null;
}

function onRoads(
  around: Surroundings,
  target: string,
  from: From,
  act: (proxies: readonly TcpProxy[]) => Injected['undo'],
): Injected | null {
  const roads = roadsOf(around, target);
  if (!roads) return null;
  const proxies = roads.flatMap(({ road }) => roadsFrom(road, from));
  const servers = from === 'both' ? 'nats and coordinator' : from === 'all' ? 'nats, coordinator and store' : from;
  return { target: `${roads.map(({ name }) => name).join(', ')} to ${servers}`, undo: act(proxies) };
}
