import type { CommitRecord, HistoryRecord } from '@auseq/proto/run-records';
import type { SyncMode } from '@auseq/worker/step/context';
import { between, pick, type Random, seeded } from './random.js';
import { SimCoordinator } from './sim-coordinator.js';
import { SimNetwork } from './sim-network.js';
import type { SimRun } from './sim-worker.js';
import { VirtualClock } from './virtual-clock.js';

export interface Fault {
  readonly atMs: number;
  readonly kind: 'kill' | 'freeze' | 'partition' | 'broker' | 'coordinator' | 'freeze-coordinator';
  readonly worker: string;
  readonly forMs: number;
}

export interface Schedule {
  readonly seed: number;
  readonly sync: SyncMode;
  readonly workers: readonly string[];
  /** By worker: those with the same one add up together first. */
  readonly hosts: Readonly<Record<string, string>>;
  readonly leaves: number;
  readonly steps: number;
  readonly loss: number;
  readonly answersLost: number;
  readonly faults: readonly Fault[];
}

/** What happens in one simulated run; a pure function of the seed. */
export function planSchedule(seed: number): Schedule {
  const random = seeded(seed);
  const workers = Array.from({ length: pick(random, [1, 2, 3, 4]) }, (_, index) => `w${index}`);
  const kinds = ['kill', 'kill', 'kill', 'freeze', 'partition', 'broker', 'coordinator', 'freeze-coordinator'] as const;
  const faults = Array.from({ length: Math.floor(random() * 6) }, () => ({
    atMs: between(random, 0, 4_000),
    kind: pick(random, kinds),
    worker: pick(random, workers),
    forMs: random() < 0.2 ? between(random, 3_000, 12_000) : between(random, 50, 2_500),
  }));
  return {
    ...{ seed, workers, faults, sync: pick(random, ['gather', 'allreduce'] as const) },
    ...{ leaves: pick(random, [1, 3, 4, 5]), steps: pick(random, [4, 9, 14]) },
    loss: random() < 0.5 ? 0 : between(random, 0, 0.08),
    answersLost: random() < 0.7 ? 0 : between(random, 0, 0.1),
    hosts: Object.fromEntries(workers.map((worker) => [worker, pick(random, ['', 'a', 'b'])])),
  };
}

export interface Outcome {
  /** Sentences; empty where every invariant held. */
  readonly broken: readonly string[];
  readonly commits: number;
  readonly rollBacks: number;
  readonly generations: number;
  /** Members that were removed, lived, and came back with the state that they held. */
  readonly returns: number;
}

/** A run that takes longer than this on virtual time makes no progress. */
const limitMs = 10 * 60_000;

/** Plays a schedule and checks what must hold whatever happens; `truth` are the votes of a lone run, step by step. */
export async function simulate(schedule: Schedule, truth: readonly string[] | null): Promise<Outcome> {
  const { seed, workers, hosts, leaves, steps, sync } = schedule;
  const clock = new VirtualClock();
  const random: Random = seeded(seed ^ 0x5eed);
  const network = new SimNetwork(clock, random, schedule);
  const run: SimRun = {
    ...{ clock, network, random, sync, hosts, leaves, steps },
    ...{ checkpointEvery: 3, checkpoints: new Map() },
  };
  const coordinator = new SimCoordinator(run, workers);
  for (const fault of schedule.faults) clock.at(fault.atMs, () => inject(fault, coordinator, network));
  const finished = await clock.run(() => coordinator.completed, limitMs);
  const broken = finished ? [] : [`no progress: ${network.records.length} records after ${limitMs / 60_000} minutes`];
  const last = run.checkpoints.get(steps);
  if (finished && !last) broken.push('the last checkpoint is missing');
  return { ...checkHistory(network.records, schedule, truth, broken) };
}

/** The votes of one worker that nothing happens to, by step from 1. */
export async function loneVotes(sync: SyncMode, leaves: number, steps: number): Promise<string[]> {
  const clock = new VirtualClock();
  const random = seeded(1);
  const network = new SimNetwork(clock, random, { loss: 0, answersLost: 0 });
  const run: SimRun = {
    ...{ clock, network, random, sync, hosts: {}, leaves, steps },
    ...{ checkpointEvery: 3, checkpoints: new Map() },
  };
  const coordinator = new SimCoordinator(run, ['w0']);
  if (!(await clock.run(() => coordinator.completed, limitMs))) throw new Error('a lone run did not end');
  return network.records.flatMap((record) => (record.type === 'commit' ? [record.digest] : []));
}

function inject({ kind, worker, forMs }: Fault, coordinator: SimCoordinator, network: SimNetwork): void {
  const victim = coordinator.worker(worker);
  if (kind === 'kill') victim?.kill();
  if (kind === 'freeze') victim?.process.freeze(forMs);
  if (kind === 'partition' && victim) network.partition(victim.process, forMs);
  if (kind === 'broker') network.restart(forMs);
  if (kind === 'coordinator') coordinator.restart(forMs);
  if (kind === 'freeze-coordinator') coordinator.process.freeze(forMs);
}

/**
 * One history: steps follow each other without gap, repeat or change of votes; only a generation that starts anew goes back,
 * and never behind its base. Each sample once: every commit has all draws of its step. No unhealed state: every vote is the lone run's.
 */
function checkHistory(
  records: readonly HistoryRecord[],
  { leaves, steps }: Schedule,
  truth: readonly string[] | null,
  broken: string[],
): Outcome {
  let step = 0;
  let generation = 0;
  let rollBacks = -1;
  let returns = 0;
  let members: readonly string[] = [];
  const draws = new Map<number, string>();
  for (const record of records) {
    if (record.type === 'generation') {
      if (record.generation <= generation) broken.push(`generation ${record.generation} follows ${generation}`);
      generation = record.generation;
      if (!record.continues) rollBacks++;
      if (record.continues && record.baseStep !== step)
        broken.push(`generation ${generation} goes on from step ${record.baseStep}, not ${step}`);
      const { unhealed } = record;
      const healed = record.members.filter((member) => !members.includes(member) && !unhealed.includes(member));
      if (record.continues) returns += healed.length;
      members = record.members;
      step = record.baseStep;
      continue;
    }
    if (record.generation !== generation)
      broken.push(`step ${record.step} was committed by generation ${record.generation}, not ${generation}`);
    if (record.step !== step + 1) broken.push(`step ${record.step} follows step ${step}`);
    step = record.step;
    if (truth && record.digest !== truth[step - 1]) broken.push(`step ${step} has another vote than the lone run's`);
    draws.set(step, positionsOf(record));
  }
  if (broken.length === 0 && step !== steps) broken.push(`ends at step ${step} of ${steps}`);
  const all = [...draws].sort(([a], [b]) => a - b).map(([, positions]) => positions);
  const wanted = Array.from({ length: steps * leaves }, (_, position) => position).join();
  if (broken.length === 0 && all.join() !== wanted) broken.push(`the draws are ${all.join()}`);
  const commits = records.filter(({ type }) => type === 'commit').length;
  return { broken, commits, rollBacks, returns, generations: generation };
}

function positionsOf({ leaves }: CommitRecord): string {
  const drawn = leaves as readonly (readonly { readonly draw: { readonly position: number } }[])[];
  return drawn.flatMap((leaf) => leaf.map(({ draw }) => draw.position)).join();
}
