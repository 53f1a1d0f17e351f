import { connect } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';

/** How to see from outside that a process serves. */
export type Probe = { kind: 'tcp'; port: number } | { kind: 'http'; url: string } | { kind: 'alive' };

const pollMs = 50;

/** Resolves when the probe succeeds; rejects with the signal's reason when that comes first. */
export async function waitReady(probe: Probe, signal: AbortSignal): Promise<void> {
  while (!(await probeOnce(probe))) await sleep(pollMs, undefined, { signal }).catch(() => signal.throwIfAborted());
  signal.throwIfAborted();
}

async function probeOnce(probe: Probe): Promise<boolean> {
  if (probe.kind === 'alive') return true;
  if (probe.kind === 'tcp') return connects(probe.port);
  try {
    return (await fetch(probe.url, { signal: AbortSignal.timeout(1000) })).ok;
  } catch {
    return false;
  }
}

function connects(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = connect({ host: '127.0.0.1', port, timeout: 1000 });
    const end = (ready: boolean) => {
      socket.destroy();
      resolve(ready);
    };
    socket.once('connect', () => end(true));
    socket.once('error', () => end(false));
    socket.once('timeout', () => end(false));
  });
}
