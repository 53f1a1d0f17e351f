import { startCluster } from '../../kit/cluster.js';
import { areEqual, type Outcome, type Setting } from './setting.js';

const steps = 120;

/** A run that is resumed from every checkpoint that it kept, newest first, on one worker and on two in turn. */
export async function benchResumes({ inputs }: Setting): Promise<Outcome> {
  const cluster = await startCluster({ workers: 2 });
  const digests: Record<string, string> = {};
  try {
    for (const sync of ['gather', 'allreduce']) {
      const kept = { 'train.checkpoint_steps': 15, 'train.keep_checkpoints': 100 };
      const sets = { 'dataset.root': inputs.data, assets: inputs.assets, 'train.max_steps': steps, ...kept, sync };
      await cluster.submit('configs/tiny.yml', sets, sync);
      const checkpoints = await cluster.checkpoints(sync);
      digests[`${sync}, unbroken`] = checkpoints.at(-1)!.sha256;
      for (const { step } of checkpoints.slice(0, -1).reverse()) {
        const { state, reason } = await cluster.resume(sync, steps, step);
        const last = (await cluster.checkpoints(sync)).find((each) => each.step === steps);
        digests[`${sync}, from step ${step}`] = state === 'completed' ? (last?.sha256 ?? 'none') : reason;
      }
    }
  } finally {
    await cluster.stop();
  }
  return { good: areEqual(digests, 'gather') && areEqual(digests, 'allreduce'), result: { digests } };
}
