import { connect, type Socket } from 'node:net';
import { AuseqError } from '@auseq/proto/errors';
import {
  connectLine,
  createWireParser,
  pingLine,
  pongLine,
  publishLine,
  type ServerInfo,
  subscribeLine,
  unsubscribeLine,
} from './nats-wire.js';

export interface DataLinkOptions {
  /** nats://host:port, several separated by commas. */
  readonly url: string;
  /** Shown in the server's list of connections. */
  readonly name: string;
  /** For the first connection; later ones are tried for ever. */
  readonly timeoutMs: number;
  readonly onMessage: (subject: string, payload: Uint8Array) => void;
}

/** A connection for large messages that may be lost: what is sent while it is away is dropped, and asked for again above. */
export interface DataLink {
  /** Sends the parts as one payload, without a copy: they must stay as they are until credits say that they came. */
  publish(subject: string, parts: readonly Uint8Array[]): void;
  /** Returns what ends the subscription. */
  subscribe(subject: string): () => void;
  /** Resolves when the server has read everything that was published; also where the link is away. */
  flush(): Promise<void>;
  close(): void;
}

const readBytes = 256 * 1024;
const againAfterMs = 250;
const pingEveryMs = 5_000;
/**
 * Above this nothing more is handed to the socket. Credits keep a lane's chunks below 16 MiB, so this is met only by a server
 * that reads nothing.
 */
const mostUnsent = 64 * 1024 * 1024;

/** Opens a link that stays open over restarts of the server. Throws AU_NATS_UNREACHABLE, also for a server that wants TLS or credentials. */
export async function openDataLink(options: DataLinkOptions): Promise<DataLink> {
  const { url, name, timeoutMs } = options;
  const servers = url.split(',').map(addressOf);
  const subscriptions = new Map<number, string>();
  const waiting: (() => void)[] = [];
  let nextSid = 1;
  let attempt = 0;
  let socket: Socket | null = null;
  let isReady = false;
  let isClosed = false;
  let unanswered = 0;
  let refusal: AuseqError | null = null;
  let onReady: () => void = () => {};

  const write = (text: string) => socket?.write(text);
  const onInfo = (info: ServerInfo) => {
    if (isReady) return; // the cluster has changed
    if (info.tls_required || info.auth_required) {
      refusal = refused(url, info.tls_required ? 'it wants TLS' : 'it wants credentials');
      socket?.destroy();
      return;
    }
    write(connectLine(name));
    for (const [sid, subject] of subscriptions) write(subscribeLine(subject, sid));
    write(pingLine);
  };
  const onPong = () => {
    unanswered = 0;
    if (!isReady) {
      isReady = true;
      onReady();
    } else waiting.shift()?.();
  };
  const onRefusal = (text: string) => {
    refusal = refused(url, text);
    socket?.destroy();
  };

  const open = () => {
    const { host, port } = servers[attempt++ % servers.length]!;
    const onMessage = (subject: string, payload: Uint8Array, sid: number) => {
      if (subscriptions.has(sid)) options.onMessage(subject, payload); // else it was on its way when the subscription ended
    };
    const parse = createWireParser({ onInfo, onMessage, onPing: () => write(pongLine), onPong, onRefusal });
    const buffer = new Uint8Array(readBytes);
    const opening = connect({
      ...{ host, port, noDelay: true },
      onread: {
        buffer,
        callback: (count) => {
          try {
            parse(buffer.subarray(0, count));
          } catch (error) {
            refusal = AuseqError.from(error);
            opening.destroy();
          }
          return true;
        },
      },
    });
    socket = opening;
    unanswered = 0;
    opening.on('error', () => {}); // 'close' follows
    opening.once('close', () => {
      isReady = false;
      for (const done of waiting.splice(0)) done();
      if (!isClosed) setTimeout(() => isClosed || open(), againAfterMs);
    });
  };
  const pinging = setInterval(() => {
    if (!isReady) return;
    if (unanswered++ >= 2) socket?.destroy();
    else {
      waiting.push(() => {}); // answers come in the order of questions
      write(pingLine);
    }
  }, pingEveryMs);
  const close = () => {
    isClosed = true;
    clearInterval(pinging);
    socket?.destroy();
  };

  open();
  let timer: NodeJS.Timeout | undefined;
  const isOpen = await Promise.race([
    new Promise<true>((resolve) => {
      onReady = () => resolve(true);
    }),
    new Promise<false>((resolve) => {
      timer = setTimeout(() => resolve(false), timeoutMs);
    }),
  ]);
  clearTimeout(timer);
  if (!isOpen) {
    close();
    throw refusal ?? refused(url, `it did not answer in ${timeoutMs} ms`);
  }

  return {
    publish(subject, parts) {
      if (!isReady || !socket || socket.writableLength > mostUnsent) return;
      const size = parts.reduce((sum, part) => sum + part.byteLength, 0);
      socket.cork();
      socket.write(publishLine(subject, size));
      for (const part of parts) socket.write(part);
      socket.write('\r\n');
      socket.uncork();
    },
    subscribe(subject) {
      const sid = nextSid++;
      subscriptions.set(sid, subject);
      if (isReady) write(subscribeLine(subject, sid));
      return () => {
        if (subscriptions.delete(sid) && isReady) write(unsubscribeLine(sid));
      };
    },
    flush() {
      if (!isReady) return Promise.resolve();
      return new Promise((resolve) => {
        waiting.push(resolve);
        write(pingLine);
      });
    },
    close,
  };
}

function addressOf(server: string): { host: string; port: number } {
  try {
    const { protocol, hostname, port, username } = new URL(server.includes('://') ? server : `nats://${server}`);
    if (protocol === 'nats:' && username === '' && hostname !== '')
      return { host: hostname.replace(/^\[|\]$/g, ''), port: Number(port || 4222) };
  } catch {}
  throw refused(server, 'the address is none of the form nats://host:port');
}

function refused(url: string, why: string): AuseqError {
  return new AuseqError('AU_NATS_UNREACHABLE', {
    what: `the data plane cannot reach NATS at ${url}`,
    why,
    try: 'give it a plain listener (nats://host:port) in a network that may be trusted',
  });
}
