import { setTimeout as pause } from 'node:timers/promises';
import { AuseqError } from '@auseq/proto/errors';
import { connect, type NatsConnection } from 'nats';
import { reconnectDelay } from './reconnect-delay.js';

const pollMs = 50;

export interface NatsConnectOptions {
  /** Shown in the server's list of connections. */
  name: string;
  signal?: AbortSignal;
  /** For the first connection; later ones are tried for ever. */
  timeoutMs?: number;
}

/** Connects to NATS and stays connected over restarts of the server. Throws AU_NATS_UNREACHABLE, or the signal's reason. */
export async function connectNats(
  url: string,
  { name, signal, timeoutMs = 5000 }: NatsConnectOptions,
): Promise<NatsConnection> {
  signal?.throwIfAborted();
  const connecting = connect({
    servers: url,
    name,
    timeout: timeoutMs,
    maxReconnectAttempts: -1,
    reconnectDelayHandler: reconnectDelay(),
    pingInterval: 5000,
    maxPingOut: 2,
  });
  try {
    return await (signal ? orAbort(connecting, signal) : connecting);
  } catch (error) {
    if (signal?.aborted) throw signal.reason;
    throw natsUnreachable(url, error);
  }
}

/** Waits until a NATS server with JetStream answers. Throws AU_NATS_UNREACHABLE when the time is up. */
export async function waitForNats(url: string, options: { timeoutMs: number; signal?: AbortSignal }): Promise<void> {
  const deadline = performance.now() + options.timeoutMs;
  while (true) {
    const left = deadline - performance.now();
    try {
      const connection = await connectNats(url, {
        name: 'wait',
        signal: options.signal,
        timeoutMs: Math.max(100, Math.min(left, 2000)),
      });
      try {
        await connection.jetstreamManager({ timeout: Math.max(100, left) });
        return;
      } finally {
        await connection.close();
      }
    } catch (error) {
      options.signal?.throwIfAborted();
      if (performance.now() >= deadline) throw natsUnreachable(url, error);
      await pause(pollMs, undefined, { signal: options.signal });
    }
  }
}

function natsUnreachable(url: string, cause: unknown): AuseqError {
  if (cause instanceof AuseqError) return cause;
  return new AuseqError('AU_NATS_UNREACHABLE', {
    what: `cannot reach NATS at ${url}`,
    why: cause instanceof Error ? cause.message : String(cause),
    try: 'start it (auseq up) or check the address',
    cause,
  });
}

/** The client takes no signal: a connection that comes too late is closed again. */
function orAbort(connecting: Promise<NatsConnection>, signal: AbortSignal): Promise<NatsConnection> {
  return new Promise((resolve, reject) => {
    const onAbort = () => {
      reject(signal.reason);
      connecting.then((late) => late.close()).catch(() => undefined);
    };
    signal.addEventListener('abort', onAbort, { once: true });
    connecting.then(resolve, reject).finally(() => signal.removeEventListener('abort', onAbort));
  });
}
