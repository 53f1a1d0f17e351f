import { type ChildProcess, spawn } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { runConfig } from '@auseq/configs/schema';
import { connectNats } from '@auseq/infra/nats/connect-nats';
import { startNats } from '@auseq/infra/nats/nats.fixture';
import { freePorts } from '@auseq/infra/supervisor/free-ports';
import { RunsDefinition } from '@auseq/proto/gen/auseq/v1/auseq';
import { createChannel, createClient } from 'nice-grpc';
import { joinCrowd } from './crowd.js';
import type { Outcome } from './setting.js';

const workers = 1000;
const deaths = 20;
const run = 'crowd';

/**
 * A real coordinator with 1,000 simulated workers in one run: each has its own gRPC connection, and its heartbeats go over a real
 * NATS. Some die, by the end of their stream or by silence; how long until a generation without them is told?
 */
export async function benchThousandWorkers(): Promise<Outcome> {
  const folder = mkdtempSync(join(tmpdir(), 'auseq-crowd-'));
  const nats = await startNats();
  const [port] = await freePorts(1);
  const address = `127.0.0.1:${port}`;
  const program = fileURLToPath(new URL('../../../../coordinator/dist/bin/coordinator.js', import.meta.url));
  const args = [program, '--grpc-port', String(port), '--nats', nats.url, '--store', `file://${folder}`];
  const coordinator = spawn(process.execPath, args, { stdio: ['ignore', 'ignore', 'ignore'] });
  const connection = await connectNats(nats.url, { name: 'crowd' });
  const runs = createClient(RunsDefinition, createChannel(address));
  try {
    const serves = () =>
      runs.list({}).then(
        () => true,
        () => false,
      );
    await until('the coordinator serves', serves, 20_000);
    const config = runConfig.parse({ sync: 'gather', workers, batch: { leaves: workers }, model: { preset: 'tiny' } });
    await runs.submit({ name: run, configJson: JSON.stringify(config), configYaml: '' });
    const crowd = joinCrowd({ run, address, workers, connection });
    try {
      await until('the run begins', async () => (await runs.show({ run })).state === 'running', 60_000);
      await pause(3_000);
      const quietCores = await coresOf(coordinator, () => pause(10_000));
      const times: { how: string; ms: number }[] = [];
      const busyCores = await coresOf(coordinator, async () => {
        for (let death = 0; death < deaths; death++) {
          const victim = crowd.members[Math.floor((death * workers) / deaths)]!;
          const how = death % 2 === 0 ? 'stream' : 'silence';
          const diedAt = performance.now();
          victim.die(how);
          await until(`the death of ${victim.name} is seen`, () => crowd.seen.has(victim.name), 20_000);
          times.push({ how, ms: Math.round(crowd.seen.get(victim.name)! - diedAt) });
          await pause(300);
        }
      });
      const of = (how: string) => times.filter((time) => time.how === how).map(({ ms }) => ms);
      const wrongly = crowd.seen.size - deaths;
      return {
        good: wrongly === 0,
        result: {
          ...{ workers, deaths, wrongly_removed: wrongly, worst_ms: Math.max(...times.map(({ ms }) => ms)) },
          ...{ by_stream_ms: of('stream'), by_silence_ms: of('silence') },
          ...{ coordinator_cores_quiet: quietCores, coordinator_cores_with_deaths: busyCores },
          coordinator_mebibytes: Math.round(usage(coordinator).rss / 2 ** 20),
        },
      };
    } finally {
      crowd.end();
    }
  } finally {
    coordinator.kill('SIGKILL');
    await connection.close();
    await nats.stop();
    rmSync(folder, { recursive: true, force: true });
  }
}

async function coresOf(process: ChildProcess, work: () => Promise<unknown>): Promise<number> {
  const [before, beganAt] = [usage(process).cpu, performance.now()];
  await work();
  return Number(((usage(process).cpu - before) / ((performance.now() - beganAt) / 1000)).toFixed(2));
}

/** CPU seconds and resident bytes of a process (proc(5)). */
function usage({ pid }: ChildProcess): { cpu: number; rss: number } {
  const stat = readFileSync(`/proc/${pid}/stat`, 'utf8').split(') ')[1]!.split(' ');
  return { cpu: (Number(stat[11]) + Number(stat[12])) / 100, rss: Number(stat[21]) * 4096 };
}

async function until(what: string, look: () => boolean | Promise<boolean>, withinMs: number): Promise<void> {
  const giveUpAt = performance.now() + withinMs;
  while (!(await look())) {
    if (performance.now() > giveUpAt) throw new Error(`waited in vain: ${what}`);
    await pause(50);
  }
}
