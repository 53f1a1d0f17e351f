import { auseqJson } from '../../kit/auseq.js';
import { startCluster } from '../../kit/cluster.js';
import { type Outcome, quantile, type Setting } from './setting.js';

/** Checkpoints every 10 steps against none but the last, in turns. */
export async function benchCheckpoints({ inputs }: Setting): Promise<Outcome> {
  const rates: Record<string, number[]> = { every_10: [], never: [] };
  const cluster = await startCluster({ workers: 2 });
  try {
    for (let round = 0; round < 5; round++) {
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
  const result = { steps_per_second_every_10: with10, steps_per_second_never: without, ratio: with10 / without };
  return { good: true, result };
}
