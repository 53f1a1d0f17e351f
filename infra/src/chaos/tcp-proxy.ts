import { once } from 'node:events';
import { type AddressInfo, createServer, connect as dial, type Socket } from 'node:net';
import { type NetworkRules, quietRules } from './network-rules.js';
import { pump } from './pump.js';

/** Changes the bytes that a client sends; it is called once a connection. */
export type StreamEdit = () => (chunk: Buffer) => Buffer;

export interface ProxyOptions {
  readonly host: string;
  /** Where connections go on to. */
  readonly targetPort: number;
  /** Of what clients send. */
  readonly edit?: StreamEdit;
}

export interface TcpProxy {
  readonly port: number;
  /** Ids of the connections that are open now. */
  connections(): readonly number[];
  /** Takes effect at once, also for bytes on their way; with `connection` only there. */
  setRules(rules: Partial<NetworkRules>, connection?: number): void;
  /** Resets the open connections, or one; returns how many. */
  cut(connection?: number): number;
  close(): Promise<void>;
}

interface Link {
  rules: NetworkRules;
  readonly sockets: readonly [Socket, Socket];
  /** Aborted at each change of rules, so that waiting bytes look again. */
  changed: AbortController;
}

/** A TCP server on a free port that passes every connection on, byte for byte as long as no rule says otherwise. */
export async function startTcpProxy({ host, targetPort, edit }: ProxyOptions): Promise<TcpProxy> {
  const links = new Map<number, Link>();
  let rules = quietRules;
  let nextId = 1;
  const server = createServer({ allowHalfOpen: true, noDelay: true }, (client) => {
    const upstream = dial({ host, port: targetPort, allowHalfOpen: true, noDelay: true });
    const link: Link = { rules, sockets: [client, upstream], changed: new AbortController() };
    const id = nextId++;
    links.set(id, link);
    const end = () => {
      links.delete(id);
      client.destroy();
      upstream.destroy();
    };
    const reset = () => {
      links.delete(id);
      client.resetAndDestroy();
      upstream.destroy();
    };
    const view = { rules: () => link.rules, changed: () => link.changed.signal };
    const away = pump(client, upstream, view, edit?.() ?? null);
    const back = pump(upstream, client, view, null);
    // A side that fails takes the other with it; a side that only has nothing more to say leaves the other open.
    Promise.all([away, back]).then(end, reset);
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const chosen = (connection?: number) =>
    [...links].filter(([id]) => connection === undefined || id === connection).map(([, link]) => link);
  return {
    port: (server.address() as AddressInfo).port,
    connections: () => [...links.keys()],
    setRules(change, connection) {
      if (connection === undefined) rules = { ...rules, ...change };
      for (const link of chosen(connection)) {
        link.rules = { ...link.rules, ...change };
        link.changed.abort();
        link.changed = new AbortController();
      }
    },
    cut(connection) {
      const cut = chosen(connection);
      for (const { sockets } of cut) for (const socket of sockets) socket.resetAndDestroy();
      return cut.length;
    },
    async close() {
      const closed = once(server, 'close');
      server.close();
      for (const { sockets } of links.values()) for (const socket of sockets) socket.destroy();
      await closed;
    },
  };
}
