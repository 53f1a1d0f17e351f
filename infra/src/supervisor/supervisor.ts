import { appendFileSync, mkdirSync, readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { AuseqError } from '@auseq/proto/errors';
import { type ClusterRecord, claimClusterRecord, writeClusterRecord } from './cluster-file.js';
import type { ClusterPaths } from './cluster-paths.js';
import { endProcessesWithToken } from './end-processes.js';
import type { ClusterPlan } from './plan-cluster.js';
import { identify } from './process-identity.js';
import { type ChildHost, type ChildSpec, SupervisedChild } from './supervised-child.js';

export interface Supervisor {
  /** Starts everything in order; rejects with AU_CLUSTER_START, everything ended again, when a part does not come up. */
  start(progress: (message: string) => void, signal: AbortSignal): Promise<ClusterRecord>;
  /** Ends everything in the opposite order; workers get the time to write a checkpoint unless `force` fires. */
  stop(force: AbortSignal): Promise<void>;
}

/** A worker that drains finishes its step and writes a checkpoint: minutes on a slow machine, and nothing hangs longer. */
const graceMs = { worker: 120_000, coordinator: 10_000, nats: 10_000, store: 10_000, guard: 2_000 };
const stageDeadlineMs = 60_000;

/** Supervises the processes of `plan`; the record on disk follows every change. */
export function createSupervisor(paths: ClusterPaths, plan: ClusterPlan, token: string): Supervisor {
  mkdirSync(paths.logs, { recursive: true });
  const children: SupervisedChild[] = [];
  const record: ClusterRecord = {
    version: 1,
    name: paths.name,
    token,
    state: 'starting',
    startedAt: new Date().toISOString(),
    supervisor: identify(process.pid)!,
    coordinator: plan.coordinator,
    nats: plan.natsUrl,
    store: plan.storeUrl,
    children: [],
  };
  const log = (fields: Record<string, unknown>) =>
    appendFileSync(
      join(paths.logs, 'supervisor.log'),
      `${JSON.stringify({ time: new Date().toISOString(), ...fields })}\n`,
    );
  let claimed = false;
  const save = () => {
    record.children = children.map((child) => child.record());
    if (claimed) writeClusterRecord(paths, record);
  };
  const host: ChildHost = { token, logs: paths.logs, onChange: save, log };
  const launch = (spec: ChildSpec) => {
    const child = new SupervisedChild(spec, host);
    children.push(child);
    child.start();
    return child;
  };

  const start: Supervisor['start'] = async (progress, signal) => {
    claimClusterRecord(paths, record);
    claimed = true;
    launch(plan.guard);
    for (const stage of plan.stages) {
      progress(`starting ${stage.map(({ name }) => name).join(', ')}`);
      await stageServes(stage.map(launch), signal);
    }
    record.state = 'running';
    save();
    log({ msg: 'running', coordinator: plan.coordinator });
    return record;
  };

  const stop: Supervisor['stop'] = async (force) => {
    record.state = 'stopping';
    save();
    for (const role of ['worker', 'coordinator', 'store', 'nats'] as const) {
      const some = children.filter(({ spec }) => spec.role === role);
      // Only workers take long; a broker or store that is cut off would have to repair its files.
      await Promise.all(some.map((child) => child.stop(graceMs[role], role === 'worker' ? force : null)));
    }
    const guard = children.find(({ spec }) => spec.role === 'guard');
    await guard?.stop(graceMs.guard, null);
    await endProcessesWithToken(token, 0); // step processes whose agent was killed
    log({ msg: 'stopped' });
    if (claimed) rmSync(paths.file, { force: true });
  };
  return { start, stop };
}

/** Resolves when every child of a stage serves; a child that ends before is a failed start, shown with the end of its log. */
async function stageServes(stage: readonly SupervisedChild[], signal: AbortSignal): Promise<void> {
  const all = AbortSignal.any([signal, AbortSignal.timeout(stageDeadlineMs)]);
  await Promise.all(
    stage.map(async (child) => {
      try {
        await child.serves(all);
      } catch (cause) {
        throw new AuseqError('AU_CLUSTER_START', {
          what: `${child.spec.name} did not start`,
          why: `${(cause as Error).message}${lastLine(child.logFile)}`,
          try: 'auseq doctor',
          where: child.logFile,
          cause,
        });
      }
    }),
  );
}

function lastLine(file: string): string {
  try {
    const line = readFileSync(file, 'utf8').trimEnd().split('\n').at(-1);
    return line ? `; its last words: ${line.slice(0, 300)}` : '';
  } catch {
    return '';
  }
}
