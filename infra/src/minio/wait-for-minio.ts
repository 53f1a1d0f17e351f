import { setTimeout as pause } from 'node:timers/promises';
import { AuseqError } from '@auseq/proto/errors';

const pollMs = 50;

/** Waits until MinIO at `endpoint` (http://host:port) can write. Throws AU_STORE_UNREACHABLE when the time is up. */
export async function waitForMinio(
  endpoint: string,
  options: { timeoutMs: number; signal?: AbortSignal },
): Promise<void> {
  const deadline = performance.now() + options.timeoutMs;
  let why = 'it did not answer';
  while (performance.now() < deadline) {
    options.signal?.throwIfAborted();
    try {
      const answer = await fetch(new URL('/minio/health/cluster', endpoint), { signal: askSignal(options.signal) });
      if (answer.ok) return;
      why = `it answered ${answer.status}`;
    } catch (error) {
      why = error instanceof Error && error.cause instanceof Error ? error.cause.message : String(error);
    }
    await pause(pollMs, undefined, { signal: options.signal });
  }
  throw new AuseqError('AU_STORE_UNREACHABLE', {
    what: `MinIO at ${endpoint} was not ready within ${options.timeoutMs} ms`,
    why,
    try: 'look at its log, and check that the port is free and its folder can be written',
  });
}

function askSignal(signal?: AbortSignal): AbortSignal {
  const limit = AbortSignal.timeout(1000);
  return signal ? AbortSignal.any([signal, limit]) : limit;
}
