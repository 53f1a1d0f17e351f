import { AsyncLocalStorage } from 'node:async_hooks';
import http from 'node:http';
import https from 'node:https';
import { type ServerClock, signedForServer } from './s3-clock.js';
import type { S3Place } from './s3-url.js';

const silentMs = 60_000;

/** The signal of the store call that is being made: the S3 client takes none, so requests look here. */
const callSignal = new AsyncLocalStorage<AbortSignal | undefined>();

export function withSignal<T>(signal: AbortSignal | undefined, work: () => Promise<T>): Promise<T> {
  signal?.throwIfAborted();
  return callSignal.run(signal, work);
}

/** node's http(s) with the caller's signal, the server's time and a limit on silence: no request waits forever. */
export function s3Transport(place: S3Place, clock: ServerClock): Pick<typeof http, 'request'> {
  const request = (options: https.RequestOptions, onResponse?: (response: http.IncomingMessage) => void) => {
    const signal = callSignal.getStore();
    const signed = signedForServer(options, clock.now(), place);
    const sent = (place.tls ? https : http).request(signal ? { ...signed, signal } : signed, onResponse);
    sent.prependListener('response', ({ headers }) => clock.hear(headers.date));
    sent.setTimeout(silentMs, () => sent.destroy(new Error(`no byte came for ${silentMs / 1000} s`)));
    return sent;
  };
  return { request: request as typeof http.request };
}

export function s3Agent(tls: boolean): http.Agent {
  return tls ? new https.Agent({ keepAlive: true }) : new http.Agent({ keepAlive: true });
}
