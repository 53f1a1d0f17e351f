import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { auseq, auseqJson } from '../kit/auseq.js';
import { startCluster } from '../kit/cluster.js';
import { makeTinyInputs } from '../kit/tiny-inputs.js';

/**
 * What faults cost, on the tiny preset: `npm run bench:chaos [-- kills | worker-sets | goodput [MINUTES] | checkpoints]`, all of
 * them without a word. One JSON object each; the exit code says whether the bits were equal everywhere.
 */
interface Report {
  readonly verdict: string;
  readonly failures: readonly string[];
  readonly same_bits: boolean | null;
  readonly steps_lost: number;
  readonly faults: readonly {
    readonly detect_ms: number | null;
    readonly first_commit_ms: number | null;
    readonly whole_again_ms: number | null;
  }[];
  readonly faulted: Run;
  readonly quiet: Run | null;
  readonly efficiency: number | null;
}

interface Run {
  readonly sha256: string | null;
  readonly goodput: number;
}

const folder = mkdtempSync(join(tmpdir(), 'auseq-bench-'));
const env = { AUSEQ_STATE: join(folder, 'state') };
const inputs = await makeTinyInputs(folder);
const given = [`dataset.root=${inputs.data}`, `assets=${inputs.assets}`];
const flags = (sets: readonly string[]) => [...given, ...sets].flatMap((set) => ['--set', set]);
const hour = 3_600_000;

async function chaos(plan: readonly string[], sets: readonly string[], more: readonly string[]): Promise<Report> {
  const file = join(folder, 'plan.yaml');
  writeFileSync(file, `faults:\n${plan.map((fault) => `  - ${fault}\n`).join('')}`);
  const args = ['chaos', 'run', '--config', 'configs/tiny.yml', '--plan', file, '--output', 'json'];
  const { stdout, stderr, code } = await auseq([...args, ...flags(sets), ...more], env, hour);
  if (stdout === '') throw new Error(`chaos run ended with ${code}: ${stderr}`);
  return JSON.parse(stdout) as Report;
}

const quantile = (values: readonly number[], share: number) =>
  [...values].sort((a, b) => a - b)[Math.min(values.length - 1, Math.floor(values.length * share))];

/** Kill -9 of one of two workers at 20 random moments of a run, in a run of its own each time, against one quiet run. */
async function kills(): Promise<boolean> {
  const computeMs = 200;
  const steps = 60;
  const reports: Report[] = [];
  for (let kill = 0; kill < 20; kill++) {
    // A moment, not a step: a step is as likely to be hit at its begin as in its exchange or its commit.
    const seconds = 0.5 + Math.random() * (steps * computeMs * 0.001 - 4);
    const plan = [
      `{ kind: kill, target: rank ${Math.floor(Math.random() * 2)}, at: { seconds: ${seconds.toFixed(3)} } }`,
    ];
    const more = ['--simulate-compute', String(computeMs), ...(kill === 0 ? [] : ['--no-quiet'])];
    reports.push(await chaos(plan, [`train.max_steps=${steps}`], more));
  }
  const quiet = reports[0]!.quiet!.sha256;
  const faults = reports.flatMap((report) => report.faults);
  const times = (pick: (fault: Report['faults'][number]) => number | null) => {
    const found = faults.flatMap((fault) => pick(fault) ?? []);
    return { of: found.length, median: quantile(found, 0.5), p95: quantile(found, 0.95) };
  };
  const equal = reports.filter(({ faulted }) => faulted.sha256 !== null && faulted.sha256 === quiet).length;
  const passed = reports.filter(({ verdict }) => verdict === 'PASS').length;
  const steps_lost = reports.reduce((sum, report) => sum + report.steps_lost, 0);
  print('kills', {
    ...{ kills: reports.length, equal_to_quiet: equal, passed, steps_lost, step_ms: computeMs },
    detect_ms: times(({ detect_ms: ms }) => ms),
    first_commit_ms: times(({ first_commit_ms: ms }) => ms),
    whole_again_ms: times(({ whole_again_ms: ms }) => ms),
    failures: reports.flatMap(({ failures }) => failures),
  });
  return equal === reports.length && passed === reports.length;
}

/** 1, 2 and 4 workers, and 2 that become 4 and then 1. */
async function workerSets(): Promise<boolean> {
  const digests: Record<string, string> = {};
  const cluster = await startCluster({ workers: 4 });
  const last = async (name: string) => (await cluster.checkpoints(name)).at(-1)?.sha256 ?? 'none';
  const sets = { 'dataset.root': inputs.data, assets: inputs.assets, 'train.max_steps': 120 };
  try {
    for (const sync of ['gather', 'allreduce']) {
      for (const workers of [1, 2, 4]) {
        const name = `${sync}-${workers}`;
        await cluster.submit('configs/tiny.yml', { ...sets, sync, workers }, name);
        digests[name] = await last(name);
      }
      // Two workers are held by another run, whose end lets the first run grow to four; then all but one are lost for good.
      const name = `${sync}-changing`;
      const slow = { ...sets, sync, 'train.simulate_compute_ms': 100 };
      const other = { ...sets, sync, workers: 2, 'train.max_steps': 20 };
      const holding = cluster.submit('configs/tiny.yml', other, `${sync}-other`);
      await new Promise((resolve) => setTimeout(resolve, 3_000));
      const changing = cluster.submit('configs/tiny.yml', slow, name);
      await holding;
      const sizes = new Set<number>();
      while ((await cluster.show(name)).step < 70) {
        sizes.add((await cluster.show(name)).workers.length);
        await new Promise((resolve) => setTimeout(resolve, 500));
      }
      const agents = (await cluster.processes()).filter(({ role }) => role === 'worker').slice(1);
      for (const { pid } of agents) process.kill(pid, 'SIGKILL');
      await changing;
      digests[`${name} (sizes ${[...sizes].join(', ')}, then killed to 1)`] = await last(name);
    }
  } finally {
    await cluster.stop();
  }
  const equal = ['gather', 'allreduce'].every(
    (sync) =>
      new Set(Object.entries(digests).flatMap(([name, digest]) => (name.startsWith(sync) ? [digest] : []))).size === 1,
  );
  print('worker_sets', { equal, digests });
  return equal;
}

/** One kill a minute on 4 workers with steps of 300 ms, against the same run without faults. */
async function goodput(minutes: number): Promise<boolean> {
  const sets = [`train.max_steps=${Math.round((minutes * 60_000) / 320)}`];
  const more = ['--simulate-compute', '300', '--workers', '4', '--quiet-workers', '4'];
  const plan = Array.from({ length: minutes }, (_, minute) => {
    const seconds = minute * 60 + 10 + Math.round(Math.random() * 40);
    return `{ kind: kill, target: worker-${minute % 4}, at: { seconds: ${seconds} } }`;
  });
  const { verdict, failures, steps_lost, quiet, faulted, efficiency } = await chaos(plan, sets, more);
  print('goodput', { minutes, kills: plan.length, verdict, failures, steps_lost, efficiency, quiet, faulted });
  return verdict === 'PASS';
}

/** Checkpoints every 10 steps against none but the last, in turns. */
async function checkpoints(): Promise<boolean> {
  const rates: Record<string, number[]> = { every_10: [], never: [] };
  const cluster = await startCluster({ workers: 2 });
  try {
    for (let round = 0; round < 3; round++) {
      for (const [name, every] of [
        ['every_10', 10],
        ['never', 100_000],
      ] as const) {
        const sets = { 'dataset.root': inputs.data, assets: inputs.assets, 'train.max_steps': 240 };
        const run = `${name.replace('_', '-')}-${round}`;
        const more = { 'train.checkpoint_steps': every, 'train.simulate_compute_ms': 100 };
        await cluster.submit('configs/tiny.yml', { ...sets, ...more }, run);
        const { commits } = await auseqJson<{ commits: { at: number }[] }>(['runs', 'timeline', run], cluster.env);
        rates[name]!.push((1000 * (commits.length - 1)) / (commits.at(-1)!.at - commits[0]!.at));
      }
    }
  } finally {
    await cluster.stop();
  }
  const [with10, without] = [quantile(rates.every_10!, 0.5)!, quantile(rates.never!, 0.5)!];
  print('checkpoints', { steps_per_second_every_10: with10, steps_per_second_never: without, ratio: with10 / without });
  return true;
}

function print(bench: string, result: object): void {
  process.stdout.write(`${JSON.stringify({ bench, ...result })}\n`);
}

const [only, minutes = '10'] = process.argv.slice(2);
const all = { kills, 'worker-sets': workerSets, goodput: () => goodput(Number(minutes)), checkpoints };
let good = true;
try {
  for (const [name, bench] of Object.entries(all)) if (!only || only === name) good = (await bench()) && good;
} finally {
  rmSync(folder, { recursive: true, force: true });
}
process.exit(good ? 0 : 1);
