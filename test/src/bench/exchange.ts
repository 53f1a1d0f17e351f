import { fork } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import { connectNats } from '@auseq/infra/nats/connect-nats';
import { startNats } from '@auseq/infra/nats/nats.fixture';
import { planLeaves, planSubtrees } from '@auseq/proto/plan-leaves';
import { Progress } from '@auseq/worker/step/progress';
import { startComm } from '@auseq/worker/sync/comm-client';
import { openDataLink } from '@auseq/worker/sync/data-plane/data-link';
import { addInto } from '@auseq/worker/sync/sum-kernel';

/**
 * What sums cost, each against a peer in the same run: the sum kernel against a plain loop, our data link against the `nats`
 * package (20 MB in chunks of 512 KiB from one process to another), and all-reduce of BiViT's 20.8 M weights over shared memory
 * against over the broker, on 2 and 4 processes. `npm run bench -- exchange`.
 */
const weights = 20_841_599;
const rounds = 9;
const chunk = 512 * 1024;
const chunks = 160;

interface Cost {
  readonly wall_ms: number;
  /** Of this process, per round. */
  readonly cpu_ms: number;
}

const median = (values: readonly number[]) => [...values].sort((a, b) => a - b)[Math.floor(values.length / 2)]!;

async function costOf(work: () => Promise<void> | void): Promise<Cost> {
  const walls: number[] = [];
  const before = process.cpuUsage();
  for (let round = 0; round < rounds; round++) {
    const start = performance.now();
    await work();
    walls.push(performance.now() - start);
  }
  const { user, system } = process.cpuUsage(before);
  return { wall_ms: Math.round(median(walls)), cpu_ms: Math.round((user + system) / 1000 / rounds) };
}

/** One process of a bench: what it is to do comes as its arguments, its cost goes to its parent. */
async function member([what, url, ...given]: readonly string[]): Promise<void> {
  if (what === 'receive') {
    const [client] = given;
    let received = 0;
    let full = () => {};
    const take = () => ++received === chunks && full();
    if (client === 'own')
      (await openDataLink({ url: url!, name: 'b', timeoutMs: 5000, onMessage: take })).subscribe('x.>');
    else (await connectNats(url!, { name: 'b' })).subscribe('x.>', { callback: take });
    await new Promise((resolve) => setTimeout(resolve, 200));
    process.send?.('ready');
    const cost = await costOf(async () => {
      await new Promise<void>((resolve) => {
        full = resolve;
        process.send?.('next');
      });
      received = 0;
    });
    process.send?.(cost);
  } else {
    const [run, rank, members] = [given[0]!, Number(given[1]), Number(given[2])];
    const progress = new Progress();
    const comm = await startComm({
      ...{ natsUrl: url!, run, worker: `w${rank}`, leaves: 8, minWorkers: 1, wire: 'fp32', joins: false },
      ...{ progress, endWithParent: true },
    });
    await comm.enter();
    const own = planLeaves(8, members)[rank]!;
    const subtrees = planSubtrees(own).map((subtree) => ({
      subtree,
      sum: new Float32Array(new SharedArrayBuffer(4 * weights)).fill(rank + 1),
    }));
    let step = 0;
    const cost = await costOf(async () => {
      const sum = await comm.sum(step++, weights, subtrees);
      if (sum[weights - 1] !== sum[0]) throw new Error('the sum is wrong');
      const none = { drain: false, losses: {}, leaves: [], sequences: 0, seconds: 0 };
      await comm.decide({ step, totalSteps: rounds, digest: 'x', ...none });
    });
    process.send?.(cost);
    await comm.close();
  }
  process.disconnect?.();
}

async function start(args: readonly string[], env: NodeJS.ProcessEnv = {}) {
  const child = fork(fileURLToPath(import.meta.url), ['member', ...args], { env: { ...process.env, ...env } });
  const cost = new Promise<Cost>((resolve, reject) => {
    child.on('message', (message) => typeof message === 'object' && resolve(message as Cost));
    child.once('exit', (code) => reject(new Error(`a member ended with ${code}`)));
  });
  return { child, cost };
}

function print(bench: string, result: object): void {
  process.stdout.write(`${JSON.stringify({ bench, ...result })}\n`);
}

async function kernel(): Promise<void> {
  const [left, right] = [new Float32Array(new SharedArrayBuffer(4 * weights)), new Float32Array(weights).fill(1)];
  const loop = () => {
    for (let index = 0; index < left.length; index++) left[index]! += right[index]!;
  };
  const [simd, plain] = [await costOf(() => addInto(left, right)), await costOf(loop)];
  print('sum of 20.8 M floats', {
    kernel_ms: simd.wall_ms,
    plain_loop_ms: plain.wall_ms,
    ratio: plain.wall_ms / simd.wall_ms,
  });
}

async function transport(url: string): Promise<void> {
  const body = new Uint8Array(new SharedArrayBuffer(chunk)).fill(7);
  const costs: Record<string, { send: Cost; receive: Cost }> = {};
  for (const client of ['own', 'nats']) {
    const { child, cost } = await start(['receive', url, client]);
    await once(child, 'message');
    const link = client === 'own' ? await openDataLink({ url, name: 'a', timeoutMs: 5000, onMessage: () => {} }) : null;
    const peer = client === 'nats' ? await connectNats(url, { name: 'a' }) : null;
    const send = await costOf(async () => {
      const next = once(child, 'message');
      for (let index = 0; index < chunks; index++) {
        link?.publish('x.y', [body]);
        peer?.publish('x.y', Uint8Array.from(body));
        if (index % 16 === 15) await (link ?? peer)!.flush();
      }
      await next; // the receiver asks for more, or says what it cost
    });
    costs[client] = { send, receive: await cost };
    link?.close();
    await peer?.close();
  }
  const { own, nats } = costs as { own: { send: Cost; receive: Cost }; nats: { send: Cost; receive: Cost } };
  const cpu = ({ send, receive }: typeof own) => send.cpu_ms + receive.cpu_ms;
  print('80 MiB over the broker, one process to another', {
    ...{ own, nats },
    ...{ wall_ratio: nats.receive.wall_ms / own.receive.wall_ms, cpu_ratio: cpu(nats) / cpu(own) },
  });
}

const nats = process.argv[2] === 'member' ? null : await startNats();
if (!nats) await member(process.argv.slice(3));
else {
  try {
    await kernel();
    await transport(nats.url);
    for (const members of [2, 4]) {
      const costs: Record<string, Cost> = {};
      for (const [way, shared] of [
        ['shared_memory', 'one'],
        ['broker', ''],
      ] as const) {
        const run = `bench-${members}-${way.replace('_', '-')}`;
        const names = Array.from({ length: members }, (_, rank) => `w${rank}`);
        await nats.begin(run, 1, names, { hosts: names.map(() => shared) });
        const all = await Promise.all(
          names.map(async (_, rank) => (await start(['sum', nats.url, run, String(rank), String(members)])).cost),
        );
        costs[way] = {
          wall_ms: Math.max(...all.map(({ wall_ms: ms }) => ms)),
          cpu_ms: all.reduce((sum, { cpu_ms: ms }) => sum + ms, 0),
        };
      }
      const { shared_memory: near, broker: far } = costs as { shared_memory: Cost; broker: Cost };
      print(`all-reduce of 83 MB on ${members} processes`, {
        ...{ ...costs, wall_ratio: far.wall_ms / near.wall_ms, cpu_ratio: far.cpu_ms / near.cpu_ms },
      });
    }
  } finally {
    await nats.stop();
  }
}
