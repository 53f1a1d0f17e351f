import { AsyncLocalStorage } from 'node:async_hooks';
import http from 'node:http';
import https from 'node:https';

const silentMs = 60_000;

/** The signal of the store call that is being made: the S3 client takes none, so requests look here. */
const callSignal = new AsyncLocalStorage<AbortSignal | undefined>();

export function withSignal<T>(signal: AbortSignal | undefined, work: () => Promise<T>): Promise<T> {
  signal?.throwIfAborted();
  return callSignal.run(signal, work);
}

/** node's http(s) with the caller's signal and a limit on silence: no request waits forever. */
export function s3Transport(tls: boolean): Pick<typeof http, 'request'> {
  const request = (options: https.RequestOptions, onResponse?: (response: http.IncomingMessage) => void) => {
    const signal = callSignal.getStore();
    const sent = (tls ? https : http).request(signal ? { ...options, signal } : options, onResponse);
    sent.setTimeout(silentMs, () => sent.destroy(new Error(`no byte came for ${silentMs / 1000} s`)));
    return sent;
  };
  return { request: request as typeof http.request };
}

export function s3Agent(tls: boolean): http.Agent {
  return tls ? new https.Agent({ keepAlive: true }) : new http.Agent({ keepAlive: true });
}
