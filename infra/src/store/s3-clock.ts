import type { OutgoingHttpHeaders, RequestOptions } from 'node:http';
import { signV4 } from 'minio/dist/esm/signing.mjs';
import type { S3Place } from './s3-url.js';

/** The server's time of day, as its answers tell it. A request whose time is a quarter of an hour off is refused, whoever is wrong. */
export interface ServerClock {
  /** By its last answer and monotonic time, so that a jump of this machine's clock changes nothing; null before the first answer. */
  now(): Date | null;
  /** How often an answer was far from what was expected. */
  surprises(): number;
  /** To be told the Date header of every answer. */
  hear(date: string | undefined): void;
}

/** Closer than this the machine's clock is as good as the server's, whose answers take time. */
const closeMs = 60_000;

/** A clock that knows nothing yet. */
export function createServerClock(): ServerClock {
  let offsetMs: number | null = null;
  let surprises = 0;
  return {
    now: () => (offsetMs === null ? null : new Date(performance.now() + offsetMs)),
    surprises: () => surprises,
    hear(date) {
      const server = Date.parse(date ?? '');
      if (Number.isNaN(server)) return;
      const expected = offsetMs === null ? Date.now() : performance.now() + offsetMs;
      if (Math.abs(server - expected) > closeMs) surprises++;
      offsetMs = server - performance.now();
    },
  };
}

/** The request signed anew for the server's time, where the clock by which the client signed it is far off; else itself. */
export function signedForServer<T extends RequestOptions>(request: T, serverTime: Date | null, place: S3Place): T {
  const headers = request.headers as OutgoingHttpHeaders | undefined;
  const hash = headers?.['x-amz-content-sha256'];
  if (!serverTime || Math.abs(serverTime.getTime() - Date.now()) <= closeMs) return request;
  if (!headers?.authorization || typeof hash !== 'string') return request;
  const dated = { ...request, headers: { ...headers, 'x-amz-date': amzDate(serverTime) } };
  const authorization = signV4(dated as never, place.accessKey, place.secretKey, place.region, serverTime, hash);
  return { ...dated, headers: { ...dated.headers, authorization } };
}

/** `20300102T030405Z` */
const amzDate = (time: Date) => time.toISOString().replace(/[:-]|\.\d{3}/g, '');
