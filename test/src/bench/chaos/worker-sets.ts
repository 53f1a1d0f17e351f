import { startCluster } from '../../kit/cluster.js';
import { areEqual, type Outcome, type Setting } from './setting.js';

/** 1, 2 and 4 workers, and 2 that become 4 and then 1. */
export async function benchWorkerSets({ inputs }: Setting): Promise<Outcome> {
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
  return { good: areEqual(digests, 'gather') && areEqual(digests, 'allreduce'), result: { digests } };
}
