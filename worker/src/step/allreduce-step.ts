import { decodeLeafRecord, encodeLeafRecord } from '../sync/contribution.js';
import { stepDigest } from '../sync/step-digest.js';
import { TreeSum } from '../sync/tree-sum.js';
import { checkLeafNumbers, checkSummedGradient } from './check-numbers.js';
import { FeatureAhead, leavesOf, type PreparedStep, type StepTaker, type StepTools } from './take-step.js';

/**
 * `allreduce`: each leaf's parameter gradient is added along a fixed tree over leaves, first within a worker, then
 * between workers; the vote stands between the sum and its application.
 */
export function createAllreduceTaker(tools: StepTools): StepTaker {
  const { engine, exchange, progress, signal } = tools;
  const ahead = new FeatureAhead(tools);
  let leaves: readonly number[] = [];

  return {
    regroup(own) {
      leaves = leavesOf(own);
    },
    async prepare(step, isLast): Promise<PreparedStep> {
      ahead.release(step);
      for (const leaf of leaves) await ahead.of(step, leaf);
      const tree = new TreeSum();
      progress.enter('supervise');
      for (const leaf of leaves) {
        signal.throwIfAborted();
        const features = await ahead.of(step, leaf);
        const { draws } = features;
        const gradient = await engine.supervise(features, signal);
        checkLeafNumbers(gradient, draws);
        exchange.offer('record', step, leaf, encodeLeafRecord({ step, leaf, draws, losses: gradient.losses }));
        tree.add({ start: leaf, size: 1 }, shareable(engine.parameterGradient(features, gradient)));
        progress.tick();
      }
      const summing = exchange.sum(step, engine.parameters, tree.subtrees());
      const settled = summing.catch(() => {}); // its failure is thrown below, where it is awaited
      if (!isLast) await ahead.prefetch(step + 1, leaves);
      progress.enter('waiting');
      await settled;
      const [gradient, recordBytes] = await Promise.all([summing, exchange.collect('record', step)]);
      checkSummedGradient(step, gradient);
      const records = recordBytes.map(decodeLeafRecord);
      const gradientBytes = new Uint8Array(gradient.buffer, gradient.byteOffset, gradient.byteLength);
      return {
        digest: stepDigest(step, engine.checksum(), [...recordBytes, gradientBytes]),
        losses: records.map(({ losses }) => losses),
        draws: records.map(({ draws }) => draws),
        apply: () => engine.applyGradient(step, gradient),
      };
    },
  };
}

/** A copy in shared memory: the comm thread sends it without another one, and the engine may reuse its own array. */
function shareable(gradient: Float32Array): Float32Array {
  const shared = new Float32Array(new SharedArrayBuffer(gradient.byteLength));
  shared.set(gradient);
  return shared;
}
