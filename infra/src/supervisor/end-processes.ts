import { setTimeout as sleep } from 'node:timers/promises';
import { isAlive, type ProcessIdentity, processesWithToken, signalProcess } from './process-identity.js';

/** Waits until none of the processes lives; false when the deadline comes first. */
export async function waitGone(processes: readonly ProcessIdentity[], deadlineMs: number): Promise<boolean> {
  const end = performance.now() + deadlineMs;
  while (processes.some(isAlive)) {
    if (performance.now() > end) return false;
    await sleep(20);
  }
  return true;
}

/**
 * Ends every process that carries the token, `spare` excepted: SIGTERM first where `graceMs` > 0, then SIGKILL.
 * Looks again until none is found, since a dying process may have started another.
 */
export async function endProcessesWithToken(
  token: string,
  graceMs: number,
  spare: readonly number[] = [],
): Promise<number> {
  const ended = new Set<number>();
  const deadline = performance.now() + graceMs;
  for (let round = 0; round < 250; round++) {
    const found = processesWithToken(token).filter(({ pid }) => !spare.includes(pid));
    if (found.length === 0) break;
    for (const each of found) {
      const first = !ended.has(each.pid);
      ended.add(each.pid);
      if (performance.now() >= deadline) signalProcess(each, 'SIGKILL');
      else if (first) signalProcess(each, 'SIGTERM');
    }
    await sleep(20);
  }
  return ended.size;
}
