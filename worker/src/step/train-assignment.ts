import type { CommClient } from '../sync/comm-client.js';
import { createCheckpointer } from './checkpointer.js';
import type { FinishKind, StepContext, StepProgram } from './context.js';
import { type LoopCommit, runStepLoop } from './loop.js';
import type { Progress } from './progress.js';
import type { FromStep } from './step-messages.js';
import { planTotalSteps } from './total-steps.js';

export interface TrainOptions {
  readonly program: StepProgram;
  readonly context: StepContext;
  /** Key of the manifest to start from; empty: the seed. */
  readonly baseCheckpoint: string;
  readonly comm: CommClient;
  readonly progress: Progress;
  readonly drainAsked: () => boolean;
  readonly report: (report: Omit<FromStep, 'type'>) => void;
}

/** One generation of one run on this worker, from the base state to the last checkpoint. Throws coded errors. */
export async function trainAssignment(options: TrainOptions): Promise<FinishKind> {
  const { program, context, baseCheckpoint, comm, progress, drainAsked, report } = options;
  const { hooks } = program;
  const { config, rank, members, sync, signal } = context;
  report({ state: 'starting', step: 0 });
  progress.enter('starting');
  const engine = await program.createEngine(context);
  if (baseCheckpoint !== '') engine.restore(await hooks.loadCheckpoint(baseCheckpoint, context));
  signal.throwIfAborted();
  const totalSteps = planTotalSteps({
    maxSteps: config.train.max_steps,
    maxEpochs: config.train.max_epochs,
    sequencesPerEpoch: hooks.sequencesPerEpoch(context),
    sequencesPerStep: config.batch.leaves * config.dataset.batch_size,
  });
  const isWriter = rank === 0;
  const checkpointer = createCheckpointer(hooks, context);
  const baseStep = engine.step;
  report({ state: 'ready', step: baseStep });
  context.logger.info({ baseStep, totalSteps, rank, members, sync, generation: context.generation }, 'ready');

  const onCommit = async ({ drain, ...commit }: LoopCommit) => {
    if (commit.step === baseStep + 1) report({ state: 'stepping', step: commit.step });
    await hooks.onCommit({ ...commit, totalSteps, engine, isWriter }, context);
    const isLast = commit.step === totalSteps || drain; // stored below, when the loop has ended
    if (isWriter && !isLast && commit.step % config.train.checkpoint_steps === 0) await checkpointer.begin(engine);
  };
  const leafBatch = config.dataset.batch_size;
  const end = await runStepLoop({
    ...{ engine, exchange: comm, sync, rank, members: members.length, totalSteps, leafBatch },
    ...{ progress, signal, drainAsked, onCommit },
  });
  progress.enter('closing');
  const stored =
    isWriter && engine.step > baseStep
      ? await checkpointer.finish(engine, end === 'completed' ? 'end' : 'drain')
      : null;
  await hooks.onFinish(end, context);
  const state = end === 'completed' ? 'finished' : 'stopped';
  report({ state, step: engine.step, stateDigest: stored?.sha256 });
  return end;
}
