import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { auseq } from '../../kit/auseq.js';
import { makeTinyInputs, type TinyInputs } from '../../kit/tiny-inputs.js';

/** What the benches read of a report of `auseq chaos run`. */
export interface ChaosReport {
  readonly verdict: string;
  readonly failures: readonly string[];
  readonly same_bits: boolean | null;
  readonly same_draws: boolean | null;
  readonly steps_lost: number;
  readonly faults: readonly ChaosFault[];
  readonly faulted: ChaosRun;
  readonly quiet: ChaosRun | null;
  readonly efficiency: number | null;
}

export interface ChaosFault {
  readonly detect_ms: number | null;
  readonly first_commit_ms: number | null;
  readonly whole_again_ms: number | null;
  readonly longest_pause_ms: number | null;
}

export interface ChaosRun {
  readonly sha256: string | null;
  readonly seconds: number;
  readonly goodput: number;
  readonly worker_seconds: number;
}

/** A folder with tiny inputs, in which chaos runs take place. */
export interface Setting {
  readonly inputs: TinyInputs;
  /** Runs configs/tiny.yml under the faults of a plan, one line of YAML each; `flags` go to the command as they are. */
  chaos(plan: readonly string[], sets: readonly string[], flags: readonly string[]): Promise<ChaosReport>;
  close(): void;
}

/** A bench: what to print, and whether everything was as it must be (bits, steps; never times). */
export interface Outcome {
  readonly good: boolean;
  readonly result: object;
}

const hour = 3_600_000;

export async function openSetting(): Promise<Setting> {
  const folder = mkdtempSync(join(tmpdir(), 'auseq-bench-'));
  const env = { AUSEQ_STATE: join(folder, 'state') };
  const inputs = await makeTinyInputs(folder);
  return {
    inputs,
    async chaos(plan, sets, more) {
      const file = join(folder, 'plan.yaml');
      writeFileSync(file, `faults:\n${plan.map((fault) => `  - ${fault}\n`).join('')}`);
      const all = [`dataset.root=${inputs.data}`, `assets=${inputs.assets}`, ...sets];
      const args = ['chaos', 'run', '--config', 'configs/tiny.yml', '--plan', file, '--output', 'json'];
      const flags = all.flatMap((set) => ['--set', set]);
      const { stdout, stderr, code } = await auseq([...args, ...flags, ...more], env, hour);
      if (stdout === '') throw new Error(`chaos run ended with ${code}: ${stderr}`);
      return JSON.parse(stdout) as ChaosReport;
    },
    close: () => rmSync(folder, { recursive: true, force: true }),
  };
}

/** True where all digests whose names begin so are one. */
export function areEqual(digests: Readonly<Record<string, string>>, prefix: string): boolean {
  const chosen = Object.entries(digests).flatMap(([name, digest]) => (name.startsWith(prefix) ? [digest] : []));
  return new Set(chosen).size === 1;
}

/** Middle and nearly worst of what faults cost, in ms. */
export function faultTimes(faults: readonly ChaosFault[]): object {
  const times = (pick: (fault: ChaosFault) => number | null) => {
    const found = faults.flatMap((fault) => pick(fault) ?? []);
    return { of: found.length, median: quantile(found, 0.5), p95: quantile(found, 0.95) };
  };
  return {
    detect_ms: times(({ detect_ms: ms }) => ms),
    first_commit_ms: times(({ first_commit_ms: ms }) => ms),
    whole_again_ms: times(({ whole_again_ms: ms }) => ms),
    longest_pause_ms: times(({ longest_pause_ms: ms }) => ms),
  };
}

export function quantile(values: readonly number[], share: number): number | undefined {
  return [...values].sort((a, b) => a - b)[Math.min(values.length - 1, Math.floor(values.length * share))];
}
