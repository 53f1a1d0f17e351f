import { decodeFeatures, decodeGradient, encodeFeatures, encodeGradient } from '../sync/contribution.js';
import { stepDigest } from '../sync/step-digest.js';
import { checkLeafNumbers } from './check-numbers.js';
import { FeatureAhead, type PreparedStep, type StepTaker, type StepTools } from './take-step.js';

/**
 * `gather`: everyone receives the features and dL/dcodes of all leaves and makes the same update of the whole batch
 * in leaf order: the same bits for every number of workers.
 */
export function createGatherTaker(tools: StepTools): StepTaker {
  const { engine, exchange, progress, signal } = tools;
  const ahead = new FeatureAhead(tools, (features) => {
    exchange.offer('features', features.step, features.leaf, encodeFeatures(features));
  });

  return {
    async prepare(step, isLast): Promise<PreparedStep> {
      const own = await ahead.of(step);
      progress.enter('supervise');
      for (const features of own) {
        signal.throwIfAborted();
        const gradient = await engine.supervise(features, signal);
        checkLeafNumbers(gradient, features.draws);
        exchange.offer('gradient', step, features.leaf, encodeGradient(gradient));
        progress.tick();
      }
      if (!isLast) await ahead.prefetch(step + 1); // while the others' gradients travel
      progress.enter('waiting');
      const [featureBytes, gradientBytes] = await Promise.all([
        exchange.collect('features', step),
        exchange.collect('gradient', step),
      ]);
      const leaves = featureBytes.map((bytes, leaf) => ({
        features: decodeFeatures(bytes),
        gradient: decodeGradient(gradientBytes[leaf]!),
      }));
      const contributions = featureBytes.flatMap((bytes, leaf) => [bytes, gradientBytes[leaf]!]);
      return {
        digest: stepDigest(step, engine.checksum(), contributions),
        losses: leaves.map(({ gradient }) => gradient.losses),
        draws: leaves.map(({ features }) => features.draws),
        apply: () => engine.update(step, leaves),
      };
    },
  };
}
