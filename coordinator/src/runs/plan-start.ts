import type { RunRecord } from './run-record.js';

/** A run that starts anew waits this long for as many workers as it had; then it takes those that are there. */
const regroupMs = 10_000;

export type StartPlan =
  | { readonly start: true; readonly members: readonly string[]; readonly reason: string }
  /** Null: what is said about the run stays true. */
  | { readonly start: false; readonly reason: string | null };

/** Which idle workers a run starts on, all at once, or what it waits for. Pure. */
export function planStart(record: RunRecord, idle: readonly string[], now: number): StartPlan {
  const { config, lastMembers, notBefore } = record;
  const { leaves } = config.batch;
  if (now < notBefore) return wait(null);
  const useful = Math.min(config.workers, leaves);
  if (config.workers > 0 && idle.length < useful) {
    return wait(`waits for ${workers(useful)}; ${idle.length === 0 ? 'none is' : `${idle.length} are`} idle`);
  }
  if (idle.length === 0) return wait('waits for a worker; none is idle');
  const hadMore = config.workers === 0 && idle.length < Math.min(lastMembers, leaves);
  if (hadMore && now < notBefore + regroupMs) return wait(`waits a moment for ${workers(lastMembers)}, as before`);
  const asked = config.workers > 0 ? config.workers : idle.length;
  const members = [...idle].sort(byName).slice(0, Math.min(asked, idle.length, leaves));
  const spares = asked - members.length;
  const share = `${leaves} ${leaves === 1 ? 'leaf' : 'leaves'} on ${workers(members.length)}`;
  if (spares === 0) return { start: true, members, reason: share };
  return { start: true, members, reason: `${share}; ${spares} more would have no leaf and stay spare` };
}

/** Which run to look at first: first come, first served, but one that needs more workers than exist blocks nobody. */
export function orderQueue(records: readonly RunRecord[], attached: number): RunRecord[] {
  const waiting = records.filter(
    ({ state, members }) => state === 'queued' || (state === 'starting' && members.length === 0),
  );
  return waiting
    .filter(({ config }) => Math.min(config.workers, config.batch.leaves) <= attached)
    .sort((a, b) => (a.queuedAt < b.queuedAt ? -1 : a.queuedAt > b.queuedAt ? 1 : 0));
}

function wait(reason: string | null): StartPlan {
  return { start: false, reason };
}

function workers(count: number): string {
  return count === 1 ? '1 worker' : `${count} workers`;
}

/** worker-2 before worker-10. */
function byName(a: string, b: string): number {
  return a.localeCompare(b, 'en', { numeric: true });
}
