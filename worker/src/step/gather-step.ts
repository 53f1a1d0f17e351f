import { decodeFeatures, decodeGradient, encodeFeatures, encodeGradient } from '../sync/contribution.js';
import { stepDigest } from '../sync/step-digest.js';
import { checkLeafNumbers } from './check-numbers.js';
import { FeatureAhead, leavesOf, type PreparedStep, type StepTaker, type StepTools } from './take-step.js';

/**
 * `gather`: everyone receives the features and dL/dcodes of all leaves and makes the same update of the whole batch
 * in leaf order: the same bits for every number of workers.
 */
export function createGatherTaker(tools: StepTools): StepTaker {
  const { engine, exchange, progress, signal } = tools;
  const ahead = new FeatureAhead(tools, (features) => {
    exchange.offer('features', features.step, features.leaf, encodeFeatures(features));
  });
  let leaves: readonly number[] = [];
  let supervised = new Set<string>();

  return {
    regroup(own, held) {
      leaves = leavesOf(own);
      supervised = new Set(held.flatMap(({ kind, step, leaf }) => (kind === 'gradient' ? [`${step}.${leaf}`] : [])));
      for (const { kind, bytes } of held) if (kind === 'features') ahead.keep(decodeFeatures(bytes));
    },
    async prepare(step, isLast): Promise<PreparedStep> {
      ahead.release(step);
      for (const leaf of leaves) await ahead.of(step, leaf);
      progress.enter('supervise');
      for (const leaf of leaves) {
        if (supervised.has(`${step}.${leaf}`)) continue;
        signal.throwIfAborted();
        const features = await ahead.of(step, leaf);
        const gradient = await engine.supervise(features, signal);
        checkLeafNumbers(gradient, features.draws);
        exchange.offer('gradient', step, leaf, encodeGradient(gradient));
        progress.tick();
      }
      if (!isLast) await ahead.prefetch(step + 1, leaves); // while the others' gradients travel
      progress.enter('waiting');
      const [featureBytes, gradientBytes] = await Promise.all([
        exchange.collect('features', step),
        exchange.collect('gradient', step),
      ]);
      const all = featureBytes.map((bytes, leaf) => ({
        features: decodeFeatures(bytes),
        gradient: decodeGradient(gradientBytes[leaf]!),
      }));
      const contributions = featureBytes.flatMap((bytes, leaf) => [bytes, gradientBytes[leaf]!]);
      return {
        digest: stepDigest(step, engine.checksum(), contributions),
        losses: all.map(({ gradient }) => gradient.losses),
        draws: all.map(({ features }) => features.draws),
        apply: () => engine.update(step, all),
      };
    },
  };
}
