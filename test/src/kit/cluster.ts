import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { auseq, auseqJson } from './auseq.js';
import { processAlive } from './processes.js';

export interface ClusterProcess {
  readonly role: string;
  readonly name?: string;
  readonly pid: number;
  readonly address: string;
  readonly state: string;
}

export interface RunView {
  readonly name: string;
  readonly state: string;
  readonly reason: string;
  readonly step: number;
  readonly max_steps: number;
  readonly workers: readonly string[];
}

export interface CheckpointView {
  readonly step: number;
  readonly sha256: string;
  readonly complete: boolean;
  readonly bytes: number;
}

/** A real cluster in a temp folder with its own name, state and free ports; `stop` ends and removes all of it. */
export interface TestCluster {
  readonly folder: string;
  readonly env: Record<string, string>;
  processes(): Promise<readonly ClusterProcess[]>;
  submit(config: string, sets: Record<string, string | number>, name: string): Promise<RunView>;
  /** Goes on from the newest checkpoint, or from that of a step, and waits for the end, whatever it is. */
  resume(run: string, maxSteps: number, fromStep?: number): Promise<RunView>;
  show(run: string): Promise<RunView>;
  checkpoints(run: string): Promise<readonly CheckpointView[]>;
  /** Ends it, removes one of its data folders (`nats`: all that JetStream holds), and starts it again. */
  restartWithout(folder: 'nats'): Promise<void>;
  stop(): Promise<void>;
}

export async function startCluster(options: { workers: number; store?: string }): Promise<TestCluster> {
  const folder = mkdtempSync(join(tmpdir(), 'auseq-test-'));
  const env = { AUSEQ_STATE: join(folder, 'state'), AUSEQ_CLUSTER: 'test' };
  const seen = new Set<number>();
  const stop = async () => {
    const down = await auseq(['down', '--purge'], env);
    const left = [...seen].filter(processAlive);
    rmSync(folder, { recursive: true, force: true });
    if (down.code !== 0 && down.code !== 4) throw new Error(`auseq down ended with ${down.code}\n${down.stderr}`);
    if (left.length > 0) throw new Error(`auseq down left processes ${left.join(', ')}`);
  };
  const store = options.store ? ['--store', options.store] : [];
  const start = () => auseq(['up', '--workers', String(options.workers), ...store], env);
  const up = await start();
  if (up.code !== 0) {
    await stop();
    throw new Error(`auseq up ended with ${up.code}\n${up.stdout}\n${up.stderr}`);
  }
  return {
    folder,
    env,
    async processes() {
      const status = await auseqJson<{ processes: ClusterProcess[] }>(['status'], env);
      for (const process of status.processes) seen.add(process.pid);
      return status.processes;
    },
    async submit(config, sets, name) {
      const flags = Object.entries(sets).flatMap(([key, value]) => ['--set', `${key}=${value}`]);
      const submitted = await auseq(['runs', 'submit', config, ...flags, '--name', name, '--wait'], env, 300_000);
      if (submitted.code !== 0) throw new Error(`run ${name} ended with ${submitted.code}\n${submitted.stderr}`);
      return auseqJson<RunView>(['runs', 'show', name], env);
    },
    async resume(run, maxSteps, fromStep = -1) {
      const steps = ['--max-steps', String(maxSteps), '--from-step', String(fromStep)];
      await auseq(['runs', 'resume', run, ...steps, '--wait'], env, 300_000);
      return auseqJson<RunView>(['runs', 'show', run], env);
    },
    show: (run) => auseqJson<RunView>(['runs', 'show', run], env),
    checkpoints: (run) => auseqJson<CheckpointView[]>(['checkpoints', 'list', run], env),
    async restartWithout(lost) {
      const down = await auseq(['down'], env);
      if (down.code !== 0) throw new Error(`auseq down ended with ${down.code}\n${down.stderr}`);
      rmSync(join(env.AUSEQ_STATE, 'clusters', env.AUSEQ_CLUSTER, lost), { recursive: true });
      const again = await start();
      if (again.code !== 0) throw new Error(`auseq up ended with ${again.code}\n${again.stderr}`);
    },
    stop,
  };
}
