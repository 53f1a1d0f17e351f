import { spawn } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { runConfig } from '@auseq/configs/schema';
import { Outgoing } from '@auseq/infra/grpc/outgoing';
import { connectNats } from '@auseq/infra/nats/connect-nats';
import { startNats } from '@auseq/infra/nats/nats.fixture';
import { freePorts } from '@auseq/infra/supervisor/free-ports';
import { RunsDefinition, type WorkerMessage, WorkersDefinition } from '@auseq/proto/gen/auseq/v1/auseq';
import { heartbeatEveryMs } from '@auseq/proto/heartbeat-rules';
import { protocolVersion } from '@auseq/proto/protocol';
import type { GenerationRecord } from '@auseq/proto/run-records';
import { generationSubjects, membershipSubject } from '@auseq/proto/subjects';
import { createChannel, createClient } from 'nice-grpc';

/**
 * A coordinator with 1,000 workers (or as many as the first argument says) in one run: each has its own gRPC connection and sends
 * its heartbeats over NATS. Some die, by the end of their stream or by silence; how long until a generation without them is told?
 *
 *   npm run build && node test/dist/bench/thousand-workers.js [WORKERS] [DEATHS]
 */
const workers = Number(process.argv[2] ?? 1000);
const deaths = Number(process.argv[3] ?? 20);
const run = 'crowd';
const folder = mkdtempSync(join(tmpdir(), 'auseq-crowd-'));
const nats = await startNats();
const [port] = await freePorts(1);
const address = `127.0.0.1:${port}`;
const program = fileURLToPath(new URL('../../../coordinator/dist/bin/coordinator.js', import.meta.url));
const args = [program, '--grpc-port', String(port), '--nats', nats.url, '--store', `file://${folder}`];
const coordinator = spawn(process.execPath, args, { stdio: ['ignore', 'ignore', 'ignore'] });
const connection = await connectNats(nats.url, { name: 'crowd' });

let generation = 0;
let members: readonly string[] = [];
const seen = new Map<string, number>();
connection.subscribe(membershipSubject(run), {
  callback: (_, message) => {
    const record = message.json<GenerationRecord>();
    if (record.generation <= generation) return;
    for (const name of members)
      if (!record.members.includes(name) && !seen.has(name)) seen.set(name, performance.now());
    generation = record.generation;
    members = record.members;
  },
});

interface Crowd {
  readonly name: string;
  readonly end: AbortController;
  silent: boolean;
}

function attach(name: string): Crowd {
  const outgoing = new Outgoing<WorkerMessage>();
  const end = new AbortController();
  const say = (message: WorkerMessage['message']) => outgoing.push({ message });
  say({
    $case: 'hello',
    hello: { worker: name, protocolVersion, device: 'cpu', host: 'here', pid: 1, build: 'crowd', memory: '' },
  });
  const report = (state: string, to = '', of = 0) =>
    say({
      $case: 'report',
      report: { run: to, generation: of, state, step: 1, errorJson: '', stateDigest: '', proof: {} },
    });
  report('idle');
  const channel = createChannel(address, undefined, { 'grpc.use_local_subchannel_pool': 1 });
  const listen = async () => {
    for await (const { message } of createClient(WorkersDefinition, channel).attach(outgoing, { signal: end.signal })) {
      if (message?.$case !== 'assignment' || message.assignment.joins) continue;
      const { assignment } = message;
      if (generation === 0) {
        generation = assignment.generation;
        members = assignment.members;
      }
      report('stepping', assignment.run, assignment.generation);
    }
  };
  listen()
    .catch(() => {})
    .finally(() => {
      outgoing.close();
      channel.close();
    });
  return { name, end, silent: false };
}

/** CPU seconds and resident bytes of the coordinator. */
function usage(): { cpu: number; rss: number } {
  const stat = readFileSync(`/proc/${coordinator.pid}/stat`, 'utf8').split(') ')[1]!.split(' ');
  return { cpu: (Number(stat[11]) + Number(stat[12])) / 100, rss: Number(stat[21]) * 4096 };
}

const runs = () => createClient(RunsDefinition, createChannel(address));

async function until(what: string, look: () => boolean | Promise<boolean>, withinMs: number): Promise<void> {
  const giveUpAt = performance.now() + withinMs;
  while (!(await look())) {
    if (performance.now() > giveUpAt) throw new Error(`waited in vain: ${what}`);
    await pause(50);
  }
}

try {
  await until(
    'the coordinator serves',
    () =>
      runs()
        .list({})
        .then(
          () => true,
          () => false,
        ),
    20_000,
  );
  const config = runConfig.parse({ sync: 'gather', workers, batch: { leaves: workers }, model: { preset: 'tiny' } });
  await runs().submit({ name: run, configJson: JSON.stringify(config), configYaml: '' });
  const crowd = Array.from({ length: workers }, (_, index) => attach(`worker-${index}`));
  let counter = 0;
  const beat = () => {
    counter++;
    for (const { name, silent } of crowd) {
      const rank = members.indexOf(name);
      if (silent || rank < 0) continue;
      const heartbeat = { worker: name, phase: 'supervise', counter, step: 1 };
      connection.publish(generationSubjects(run, generation).heartbeat(rank), JSON.stringify(heartbeat));
    }
  };
  const beating = setInterval(beat, heartbeatEveryMs);
  await until('the run begins', async () => (await runs().show({ run })).state === 'running', 60_000);
  await pause(3_000);
  const [before, beganAt] = [usage(), performance.now()];
  await pause(10_000);
  const quiet = (usage().cpu - before.cpu) / ((performance.now() - beganAt) / 1000);

  const [busyBefore, busyAt] = [usage(), performance.now()];
  const times: { how: string; ms: number }[] = [];
  for (let death = 0; death < deaths; death++) {
    const victim = crowd[Math.floor((death * workers) / deaths)]!;
    const how = death % 2 === 0 ? 'stream' : 'silence';
    const diedAt = performance.now();
    victim.silent = true;
    if (how === 'stream') victim.end.abort();
    await until(`the death of ${victim.name} is seen`, () => seen.has(victim.name), 20_000);
    times.push({ how, ms: Math.round(seen.get(victim.name)! - diedAt) });
    if (how === 'silence') victim.end.abort();
    await pause(300);
  }
  clearInterval(beating);
  const busy = (usage().cpu - busyBefore.cpu) / ((performance.now() - busyAt) / 1000);
  const of = (how: string) => times.filter((time) => time.how === how).map(({ ms }) => ms);
  const worst = Math.max(...times.map(({ ms }) => ms));
  const result = {
    workers,
    deaths,
    worst_ms: worst,
    by_stream_ms: of('stream'),
    by_silence_ms: of('silence'),
    coordinator_cores_quiet: Number(quiet.toFixed(2)),
    coordinator_cores_with_deaths: Number(busy.toFixed(2)),
    coordinator_mebibytes: Math.round(usage().rss / 2 ** 20),
    wrongly_removed: seen.size - deaths,
  };
  process.stdout.write(`${JSON.stringify(result, null, 2)}\n`);
  if (worst > 1_500 || quiet > 1 || result.wrongly_removed > 0) process.exitCode = 1;
} finally {
  coordinator.kill('SIGKILL');
  await connection.close();
  await nats.stop();
  rmSync(folder, { recursive: true, force: true });
}
process.exit();
