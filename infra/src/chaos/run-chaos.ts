import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { ChaosPlan } from '@auseq/configs/chaos-plan';
import { AuseqError } from '@auseq/proto/errors';
import { runTimeline, type TimelineEvent } from '@auseq/proto/run-timeline';
import { clusterPaths } from '../supervisor/cluster-paths.js';
import { startCluster } from '../supervisor/start-cluster.js';
import { stopCluster } from '../supervisor/stop-cluster.js';
import { type ChaosNetwork, startChaosNetwork } from './chaos-network.js';
import { checkPlan } from './check-plan.js';
import { clockFaultsEnv } from './clock-faults.js';
import { startFaults } from './fault-runner.js';
import type { Surroundings } from './inject.js';
import type { Injection } from './injection.js';
import { type LeaderWatch, watchLeader } from './leader-watch.js';
import { type ChaosScore, type EndedRun, type RunCheckpoints, type RunLedger, scoreChaos } from './score.js';
import { storeFaultsVariable } from './store-faults.js';

/** What the coordinator is asked for; the caller knows how to speak to it. */
export interface CoordinatorPort {
  /** Resolves when so many workers are attached. */
  workersAttach(cluster: string, workers: number, signal: AbortSignal): Promise<void>;
  /** Queues a run of the config on `workers` workers. */
  submit(name: string, workers: number): Promise<void>;
  /** Tells every event once, also over the coordinator's death, and resolves with the run's end. */
  follow(
    name: string,
    onEvent: (event: TimelineEvent) => void,
    signal: AbortSignal,
  ): Promise<{ state: string; reason: string; step: number }>;
  /** The state digest of the checkpoint of that step; null where there is none. */
  digest(name: string, step: number): Promise<string | null>;
  /** Reads and checks the run's sample ledger. */
  ledger(name: string): Promise<RunLedger>;
  /** Reads and checks every checkpoint that is stored of the run. */
  checkpoints(name: string, signal: AbortSignal): Promise<RunCheckpoints>;
  close(): void;
}

export interface ChaosOptions {
  readonly plan: ChaosPlan;
  readonly workers: number;
  /** The first one leads, the others stand by. */
  readonly coordinators: number;
  /** A folder, or a MinIO server of the cluster. */
  readonly store: 'file' | 'minio';
  /** Workers of the quiet run; 0: there is none, and nothing is compared. */
  readonly quietWorkers: number;
  readonly mostStepsLost: number;
  readonly allMustHit: boolean;
  readonly connect: (address: string) => Promise<CoordinatorPort>;
  readonly say: (message: string) => void;
  readonly signal: AbortSignal;
}

/** Nothing is stored this long: the run stands still for good. */
const stillAfterMs = 180_000;

/**
 * Runs a config quietly and under faults on a cluster of its own, which is gone afterwards whatever happens, and grades
 * what was stored. Throws AU_USAGE for a plan that this cluster cannot suffer, AU_CLUSTER_START, what the coordinator throws, or the signal's reason.
 */
export async function runChaos(options: ChaosOptions): Promise<ChaosScore> {
  const { plan, workers, coordinators, store, quietWorkers, say, signal } = options;
  checkPlan(plan, { store, coordinators });
  const cluster = `chaos-${process.pid}`;
  const folder = mkdtempSync(join(tmpdir(), 'auseq-chaos-'));
  const storeFaults = join(folder, 'store-faults.json');
  const clockFaults = join(folder, 'clock-faults.json');
  const env = {
    [storeFaultsVariable]: storeFaults,
    ...clockFaultsEnv(clockFaults),
    // What members give each other must travel where faults can meet it.
    AUSEQ_SHARED_MEMORY: 'off',
    // What a killed writer could not store is gone with the cluster.
    AUSEQ_SPOOL: join(clusterPaths(cluster).root, 'spool'),
  };
  const network = await startChaosNetwork({ workers, coordinators, storeIsServer: store === 'minio', env });
  let leaders: LeaderWatch | null = null;
  try {
    const { detour } = network;
    const { coordinator, nats } = await startCluster(
      { name: cluster, workers, store, port: 0, device: '', coordinators, detour },
      say,
      signal,
    );
    leaders = await watchLeader(nats, detour.ports.coordinators);
    const { leader } = leaders;
    const runs = await options.connect(coordinator);
    try {
      await runs.workersAttach(cluster, workers, signal);
      const quietRun = quietWorkers > 0 ? await runQuietly(runs, options) : null;
      if (quietRun && quietRun.state !== 'completed') throw quietFailed(quietRun);
      const around = { cluster, network, storeFaults, clockFaults, leader };
      const { run, injections } = await runUnderFaults(runs, around, options);
      const checkpoints = await storedCheckpoints(runs, run, options);
      const { mostStepsLost, allMustHit } = options;
      return scoreChaos({ quiet: quietRun, faulted: run, checkpoints, injections, mostStepsLost, allMustHit });
    } finally {
      runs.close();
    }
  } finally {
    await leaders?.close();
    await stopAll(cluster, network, folder);
  }
}

async function runQuietly(
  runs: CoordinatorPort,
  { quietWorkers: workers, say, signal }: ChaosOptions,
): Promise<EndedRun> {
  say(`a quiet run on ${workers === 1 ? 'one worker' : `${workers} workers`}`);
  return followed(runs, 'quiet', workers, signal, () => {});
}

async function runUnderFaults(
  runs: CoordinatorPort,
  around: Omit<Surroundings, 'members'>,
  { plan, workers, say, signal }: ChaosOptions,
): Promise<{ run: EndedRun; injections: readonly Injection[] }> {
  say(`a run on ${workers} workers under ${plan.faults.length} faults`);
  const faults = startFaults(plan, around, say);
  try {
    const run = await followed(runs, 'faulted', workers, signal, (event) => faults.onEvent(event));
    return { run, injections: await faults.end() };
  } finally {
    await faults.end();
  }
}

/** Where they cannot be read, that is a result too. */
async function storedCheckpoints(
  runs: CoordinatorPort,
  { name }: EndedRun,
  { say, signal }: ChaosOptions,
): Promise<RunCheckpoints> {
  say('reading its checkpoints again');
  return runs.checkpoints(name, signal).catch((error: unknown) => {
    signal.throwIfAborted();
    return { whole: [], damaged: [AuseqError.from(error).message] };
  });
}

async function followed(
  runs: CoordinatorPort,
  name: string,
  workers: number,
  signal: AbortSignal,
  onEvent: (event: TimelineEvent) => void,
): Promise<EndedRun> {
  const still = new AbortController();
  const timer = setTimeout(() => still.abort(standsStill(name)), stillAfterMs);
  const events: TimelineEvent[] = [];
  try {
    await runs.submit(name, workers);
    const following = runs.follow(
      name,
      (event) => {
        timer.refresh();
        events.push(event);
        onEvent(event);
      },
      AbortSignal.any([signal, still.signal]),
    );
    // A run that cannot be followed to its end is a result too: it is graded by what was seen of it.
    const end = await following.catch((error: unknown) => {
      signal.throwIfAborted();
      const reason = AuseqError.from(error).message;
      return { state: 'lost', reason, step: runTimeline(events).verdict.lastStep };
    });
    const sha256 = end.state === 'completed' ? await runs.digest(name, end.step) : null;
    const ledger = await runs.ledger(name).catch((error: unknown) => {
      signal.throwIfAborted();
      return { ok: false, draws: 0, problems: [AuseqError.from(error).message], sha256: null };
    });
    return { name, workers, ...end, sha256, timeline: runTimeline(events), ledger };
  } finally {
    clearTimeout(timer);
  }
}

async function stopAll(cluster: string, network: ChaosNetwork, folder: string): Promise<void> {
  try {
    await stopCluster({ name: cluster, purge: true, force: AbortSignal.abort() });
  } finally {
    await network.close();
    rmSync(folder, { recursive: true, force: true });
  }
}

function quietFailed({ state, step, reason }: EndedRun): AuseqError {
  return new AuseqError('AU_RUN_FAILED', {
    what: `the quiet run is ${state} after step ${step}`,
    why: reason,
    try: 'mend the config or the data first: without faults it must complete',
  });
}

function standsStill(run: string): AuseqError {
  return new AuseqError('AU_CHAOS_FAILED', {
    what: `the ${run} run stands still`,
    why: `nothing was stored of it for ${stillAfterMs / 1000} s`,
    try: 'the same plan with fewer faults, to see which one it does not survive',
  });
}
