import { readdirSync, readFileSync } from 'node:fs';

/** A process beyond doubt: ids are reused, but not together with the start time (clock ticks since boot). */
export interface ProcessIdentity {
  pid: number;
  startTime: number;
}

export interface FoundProcess extends ProcessIdentity {
  parent: number;
  command: string;
}

/** Every process of a cluster carries its random token here, so that even orphans are known as its own. */
export const tokenVariable = 'AUSEQ_CLUSTER_TOKEN';

interface Stat {
  state: string;
  parent: number;
  startTime: number;
}

/** The fields after the command name, which may itself hold spaces and brackets. */
function readStat(pid: number): Stat | null {
  try {
    const text = readFileSync(`/proc/${pid}/stat`, 'utf8');
    const fields = text.slice(text.lastIndexOf(')') + 2).split(' ');
    return { state: fields[0]!, parent: Number(fields[1]), startTime: Number(fields[19]) };
  } catch {
    return null;
  }
}

/** Who `pid` is now; null when there is no such process or only its zombie. */
export function identify(pid: number): ProcessIdentity | null {
  const stat = readStat(pid);
  return stat && stat.state !== 'Z' ? { pid, startTime: stat.startTime } : null;
}

/** True while exactly this process lives. */
export function isAlive({ pid, startTime }: ProcessIdentity): boolean {
  return identify(pid)?.startTime === startTime;
}

/** Sends a signal to exactly this process; false when it is gone. */
export function signalProcess(identity: ProcessIdentity, signal: NodeJS.Signals): boolean {
  if (!isAlive(identity)) return false;
  try {
    return process.kill(identity.pid, signal);
  } catch {
    return false;
  }
}

/** Every living process that was started with this token in its environment, except the caller. */
export function processesWithToken(token: string): FoundProcess[] {
  const marker = `${tokenVariable}=${token}`;
  return readdirSync('/proc').flatMap((entry) => {
    const pid = Number(entry);
    if (!Number.isInteger(pid) || pid === process.pid) return [];
    try {
      if (!readFileSync(`/proc/${pid}/environ`, 'latin1').split('\0').includes(marker)) return [];
      const stat = readStat(pid);
      if (!stat || stat.state === 'Z') return [];
      const command = readFileSync(`/proc/${pid}/cmdline`, 'utf8').split('\0').join(' ').trim();
      return [{ pid, startTime: stat.startTime, parent: stat.parent, command }];
    } catch {
      return []; // it ended meanwhile, or belongs to someone else
    }
  });
}
