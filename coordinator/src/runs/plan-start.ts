import { longestDelayMs } from './decide-loss.js';
import type { RunRecord } from './run-record.js';

/** A run that starts anew waits this long for as many workers as it had; then it takes those that are there. */
const regroupMs = 10_000;

/** A run that takes every worker waits this long for those that are about to be idle. */
const settleMs = 10_000;

export type StartPlan =
  | { readonly start: true; readonly members: readonly string[]; readonly reason: string }
  | {
      readonly start: false;
      /** Null: what is said about the run stays true. */
      readonly reason: string | null;
      /** Later runs wait behind it: first come, first served. One that needs more workers than exist holds up nobody. */
      readonly blocks: boolean;
    };

/** Workers that a run could start on. */
export interface Available {
  readonly idle: readonly string[];
  /** About to be idle: their agents have just come, or their step process is closing. */
  readonly settling: readonly string[];
  /** How many are attached, whatever they do. */
  readonly attached: number;
}

/** Which idle workers a run starts on, all at once, or what it waits for. Pure. */
export function planStart(record: RunRecord, { idle, settling, attached }: Available, now: number): StartPlan {
  const { config, lastMembers, notBefore } = record;
  const { leaves } = config.batch;
  // A delay that is longer than any that was ever given comes of a clock that was set back.
  if (now < notBefore && notBefore - now <= longestDelayMs) return wait(null);
  const useful = Math.min(config.workers, leaves);
  if (attached < useful) return wait(`waits for ${workers(useful)}; ${count(attached)} attached`, false);
  if (config.workers > 0 && idle.length < useful) {
    return wait(`waits for ${workers(useful)}; ${count(idle.length)} idle`);
  }
  if (idle.length === 0) return wait('waits for a worker; none is idle');
  const least = config.min_workers;
  if (idle.length < least) return wait(`waits for ${workers(least)} (min_workers); ${count(idle.length)} idle`);
  const hadMore = config.workers === 0 && idle.length < Math.min(lastMembers, leaves);
  if (hadMore && now < notBefore + regroupMs) return wait(`waits a moment for ${workers(lastMembers)}, as before`);
  const room = config.workers === 0 && idle.length < leaves;
  if (room && settling.length > 0 && now < Date.parse(record.queuedAt) + settleMs) {
    return wait(`waits a moment for ${settling.join(', ')}, soon to be idle`);
  }
  const asked = config.workers > 0 ? config.workers : idle.length;
  const members = [...idle].sort(byName).slice(0, Math.min(asked, idle.length, leaves));
  const spares = asked - members.length;
  const share = `${leaves} ${leaves === 1 ? 'leaf' : 'leaves'} on ${workers(members.length)}`;
  if (spares === 0) return { start: true, members, reason: share };
  return { start: true, members, reason: `${share}; ${spares} more would have no leaf and stay spare` };
}

/** Runs that wait for a start, in the order of submit or resume. Pure. */
export function orderQueue(records: readonly RunRecord[]): RunRecord[] {
  return records
    .filter(({ state, members }) => state === 'queued' || (state === 'starting' && members.length === 0))
    .sort((a, b) => (a.queuedAt < b.queuedAt ? -1 : a.queuedAt > b.queuedAt ? 1 : 0));
}

function wait(reason: string | null, blocks = true): StartPlan {
  return { start: false, reason, blocks };
}

function count(some: number): string {
  if (some === 0) return 'none is';
  return some === 1 ? '1 is' : `${some} are`;
}

function workers(some: number): string {
  return some === 1 ? '1 worker' : `${some} workers`;
}

/** worker-2 before worker-10. */
function byName(a: string, b: string): number {
  return a.localeCompare(b, 'en', { numeric: true });
}
