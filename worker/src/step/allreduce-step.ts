import type { LeafRange, Subtree } from '@auseq/proto/plan-leaves';
import { createBufferPool, sumsIn } from '../sync/buffer-pool.js';
import { decodeLeafRecord, encodeLeafRecord } from '../sync/contribution.js';
import { stepDigest } from '../sync/step-digest.js';
import { type SubtreeSum, TreeSum } from '../sync/tree-sum.js';
import { checkLeafNumbers, checkSummedGradient } from './check-numbers.js';
import { bytesOf } from './leaf-payload.js';
import { planWork } from './plan-work.js';
import { FeatureAhead, leavesOf, type PreparedStep, type StepTaker, type StepTools } from './take-step.js';

interface StepSums {
  readonly step: number;
  readonly sums: readonly SubtreeSum[];
}

/** The comm thread sends sums from where they are, also again, until the commit of the step after theirs. */
const keptSteps = 3;

/**
 * `allreduce`: each leaf's parameter gradient is added along a fixed tree over leaves, first within a worker, then
 * between workers; the vote stands between the sum and its application.
 */
export function createAllreduceTaker(tools: StepTools): StepTaker {
  const { engine, exchange, progress, signal } = tools;
  const ahead = new FeatureAhead(tools);
  let own: LeafRange = { start: 0, end: 0 };
  /** Sums of the step in work: where the membership changes they stay as good as they are (PROTOCOL 9). */
  let held: StepSums = { step: -1, sums: [] };
  const pool = createBufferPool();
  const sent: StepSums[] = [];

  return {
    regroup(range) {
      own = range;
    },
    async prepare(step, isLast): Promise<PreparedStep> {
      ahead.release(step);
      for (const { sums } of sent.splice(0, sent.findLastIndex((each) => each.step + keptSteps <= step) + 1))
        for (const { sum } of sums) pool.give(sum);
      const sums = held.step === step ? held.sums : [];
      const work = planWork(
        own,
        sums.map(({ subtree }) => subtree),
      );
      for (const { subtree, isHeld } of work) if (!isHeld) await ahead.of(step, subtree.start);
      const tree = new TreeSum(sumsIn(pool));
      progress.enter('supervise');
      for (const { subtree, isHeld } of work) {
        signal.throwIfAborted();
        const leaf = subtree.start;
        const add = (sum: Float32Array) => {
          tree.add(subtree, sum);
          held = { step, sums: [...tree.subtrees(), ...sums.filter((rest) => rest.subtree.start > leaf)] };
        };
        if (isHeld) {
          add(sums.find((sum) => isSame(sum.subtree, subtree))!.sum);
          continue;
        }
        const features = await ahead.of(step, leaf);
        const { draws } = features;
        const gradient = await engine.supervise(features, signal);
        checkLeafNumbers(gradient, draws);
        exchange.offer('record', step, leaf, encodeLeafRecord({ step, leaf, draws, losses: gradient.losses }));
        add(engine.parameterGradient(features, gradient));
        progress.tick();
      }
      sent.push({ step, sums: [...tree.subtrees()] });
      const summing = exchange.sum(step, engine.parameters, tree.subtrees());
      const settled = summing.catch(() => {}); // its failure is thrown below, where it is awaited
      if (!isLast) await ahead.prefetch(step + 1, leavesOf(own));
      progress.enter('waiting');
      await settled;
      const [gradient, recordBytes] = await Promise.all([summing, exchange.collect('record', step)]);
      checkSummedGradient(step, gradient);
      const records = recordBytes.map(decodeLeafRecord);
      const gradientBytes = bytesOf(gradient);
      return {
        digest: stepDigest(step, engine.checksum(), [...recordBytes, gradientBytes]),
        losses: records.map(({ losses }) => losses),
        draws: records.map(({ draws }) => draws),
        apply: () => engine.applyGradient(step, gradient),
      };
    },
  };
}

const isSame = (one: Subtree, other: Subtree) => one.start === other.start && one.size === other.size;
