import { aborted } from '@auseq/infra/runtime/aborted';
import { AuseqError } from '@auseq/proto/errors';
import type { Proof } from '@auseq/proto/proof';
import type { PartShare } from '../results/checkpoint-parts.js';
import type { CommClient } from '../sync/comm-client.js';
import type { Entered } from '../sync/exchange.js';
import { createCheckpointer } from './checkpointer.js';
import type { StepContext, StepProgram } from './context.js';
import { type LoopCommit, type LoopEnd, runStepLoop } from './loop.js';
import type { Progress } from './progress.js';
import { withSimulatedCompute } from './simulate-compute.js';
import type { FromStep } from './step-messages.js';
import { planTotalSteps } from './total-steps.js';

/** At the end of a run the writer has everything: a share that still is on its way is for nothing. */
const shareWithinMs = 1000;

export interface TrainOptions {
  readonly program: StepProgram;
  readonly context: StepContext;
  /** Key of the manifest to start from; empty: the seed. */
  readonly baseCheckpoint: string;
  readonly comm: CommClient;
  readonly progress: Progress;
  readonly drainAsked: () => boolean;
  /** Resolves when the coordinator has compared the proof of this process. */
  readonly proved: Promise<void>;
  readonly report: (report: Omit<FromStep, 'type'>) => void;
}

/** One generation of one run on this worker, from the base state to the last checkpoint. Throws coded errors. */
export async function trainAssignment(options: TrainOptions): Promise<LoopEnd> {
  const { program, context, baseCheckpoint, comm, progress, drainAsked, proved } = options;
  const { hooks } = program;
  const { config, sync, signal } = context;
  let proof: Proof | undefined;
  const report: TrainOptions['report'] = (what) => options.report({ ...what, proof });
  report({ state: 'starting', step: 0 });
  progress.enter('starting');
  const simulated = withSimulatedCompute(await program.createEngine(context), config.train.simulate_compute_ms);
  const { engine } = simulated;
  // Before any checkpoint: the same weights at each start of the run, whatever was trained since (PROTOCOL 7).
  proof = await hooks.prove(context);
  if (baseCheckpoint !== '') engine.restore(await hooks.loadCheckpoint(baseCheckpoint, context));
  signal.throwIfAborted();
  const totalSteps = planTotalSteps({
    maxSteps: config.train.max_steps,
    maxEpochs: config.train.max_epochs,
    sequencesPerEpoch: hooks.sequencesPerEpoch(context),
    sequencesPerStep: config.batch.leaves * config.dataset.batch_size,
  });
  const checkpointer = createCheckpointer(hooks, context);
  const baseStep = engine.step;
  report({ state: 'ready', step: baseStep });
  context.logger.info({ baseStep, totalSteps, sync }, 'ready');
  if (config.exact) {
    progress.enter('waiting');
    await Promise.race([proved, aborted(signal)]);
  }

  let steps = false;
  const outside: PartShare = { rank: -1, members: 0 };
  let seat = outside;
  const onCommit = async ({ drain, ...commit }: LoopCommit) => {
    if (!steps) report({ state: 'stepping', step: commit.step });
    steps = true;
    await hooks.onCommit({ ...commit, totalSteps, engine }, context);
    const isLast = commit.step === totalSteps || drain; // stored below, when the loop has ended
    if (isLast || commit.step % config.train.checkpoint_steps !== 0) return;
    if (commit.isWriter) await checkpointer.begin(engine, seat.members);
    else checkpointer.share(engine, 'periodic', seat);
  };
  const onOutside = (holds: string | null) => {
    steps = false;
    seat = outside;
    context.logger.warn({ step: engine.step }, 'the others go on without this worker; it waits to be taken back');
    report({ state: 'ready', step: engine.step, stateDigest: holds ?? undefined });
  };
  const onEnter = ({ generation, rank, members, baseStep, unhealed }: Entered) => {
    seat = { rank, members: members.length };
    simulated.setMembers(members.length);
    context.logger.info({ generation, rank, members, baseStep, unhealed: unhealed.length }, 'enters a generation');
  };
  let stateDigest: string | undefined;
  const onEnd = async (end: LoopEnd) => {
    const occasion = end === 'completed' ? 'end' : 'drain';
    if (seat.rank > 0) {
      if (engine.step > baseStep) checkpointer.share(engine, occasion, seat);
      return;
    }
    const stored = engine.step > baseStep ? await checkpointer.finish(engine, occasion, seat.members) : null;
    await hooks.awaitStored(end, context);
    stateDigest = stored?.sha256;
  };
  const park = async (error: unknown) => {
    // The state after the last commit is on the local disk or in the store when NATS has been away for too long (PROTOCOL 19).
    if (AuseqError.from(error).code === 'AU_NATS_UNREACHABLE' && seat.rank === 0 && engine.step > baseStep)
      await checkpointer.finish(engine, 'drain', 1);
    throw error;
  };
  const end = await runStepLoop({
    ...{ engine, exchange: comm, sync, totalSteps, leafBatch: config.dataset.batch_size },
    ...{ progress, signal, drainAsked, onOutside, onEnter, onCommit, onEnd },
  }).catch(park);
  await checkpointer.settle(shareWithinMs);
  await hooks.onFinish(end, context);
  const state = end === 'completed' ? 'finished' : 'stopped';
  report({ state, step: engine.step, stateDigest });
  return end;
}
