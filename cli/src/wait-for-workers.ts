import { setTimeout as sleep } from 'node:timers/promises';
import { type ProcessView, viewCluster } from '@auseq/infra/supervisor/cluster-status';
import { AuseqError } from '@auseq/proto/errors';
import { attachedWorkers, logOf } from './cluster-view.js';

const deadlineMs = 60_000;
const pollMs = 150;
/** A worker that ended this often since `up` will not come. */
const hopelessRestarts = 3;

/** Resolves when every worker of a new local cluster is attached. Throws AU_CLUSTER_START, or the signal's reason. */
export async function waitForWorkers(
  cluster: string,
  address: string,
  count: number,
  signal: AbortSignal,
): Promise<void> {
  const end = Date.now() + deadlineMs;
  for (;;) {
    const attached = await attachedWorkers(address).catch((): string[] => []);
    if (attached.length >= count) return;
    const workers = viewCluster(cluster).processes.filter(({ role }) => role === 'worker');
    const hopeless = workers.find(({ restarts }) => restarts >= hopelessRestarts);
    if (hopeless) throw notStarted(cluster, hopeless, `it ended ${hopeless.restarts} times`);
    if (Date.now() > end) {
      const missing = workers.find(({ name }) => !attached.includes(name)) ?? workers[0]!;
      throw notStarted(cluster, missing, `it did not attach within ${deadlineMs / 1000} s`);
    }
    await sleep(pollMs, undefined, { signal }).catch(() => signal.throwIfAborted());
  }
}

function notStarted(cluster: string, worker: ProcessView, why: string): AuseqError {
  return new AuseqError('AU_CLUSTER_START', {
    what: `${worker.name} did not start`,
    why,
    try: 'auseq doctor',
    where: logOf(cluster, worker.name),
  });
}
