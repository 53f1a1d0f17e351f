import type { Draw } from '../data/types.js';
import { impatient } from '../results/impatient-store.js';
import { writePictureGrid } from '../results/train-images.js';
import type { CommittedStep, StepContext } from './context.js';
import type { OpenedRun } from './open-run.js';
import { choreWithinMs } from './run-checkpoints.js';
import { spread } from './spread-draws.js';

/** Pictures that wait for a slow store; what comes then is left out. */
const mostChores = 4;

/** Pictures of one grid. */
export const gridColumns = 8;

/** What follows a commit on the writer: scalars, pictures and validation at their cadences (optimiser steps). */
export async function recordCommit(run: OpenedRun, commit: CommittedStep, context: StepContext): Promise<void> {
  const { train } = run.inputs.config;
  const { step, totalSteps, losses, seconds, sequences } = commit;
  const last = step === totalSteps;
  const due = (every: number) => every > 0 && step % every === 0;
  if (due(train.log_steps) || last) {
    const rate = { sequences_per_second: sequences / seconds };
    run.scalars.scalars('loss', losses, step);
    run.scalars.scalars('speed', rate, step);
    context.logger.info({ step, losses, seconds, ...rate }, 'step');
  }
  if (due(train.vis_steps))
    await showPictures(
      run,
      context,
      step,
      commit.draws.flat().map(({ draw }) => draw),
    );
  if (due(train.val_steps) || last) await validate(run, context, step);
  if (last && run.held.length > 0) await showPictures(run, context, step, spread(run.held, gridColumns), 'held_out');
  if (due(train.checkpoint_steps) || last) {
    // Beside the step loop: the end of the run waits for it in onFinish.
    run.scalars.flush().catch((error: unknown) => context.logger.warn({ err: error }, 'scalars could not be stored'));
  }
}

/** Draws a grid of pictures and sends it to the store beside the steps; an `image` event follows when it is there. */
export async function showPictures(
  run: OpenedRun,
  context: StepContext,
  step: number,
  draws: readonly Draw[],
  folder = 'train_images',
) {
  const key = pictureKey(context.run, step, folder);
  const send = async (data: Uint8Array | AsyncIterable<Uint8Array>) => {
    try {
      await impatient(context.store, choreWithinMs).put(key, data);
      context.emit('image', { step, key });
    } catch (error) {
      context.logger.warn({ err: error, key }, 'a picture could not be stored');
    }
  };
  // A store that is away or slow costs the picture, not the run.
  const put = async (_: string, data: Uint8Array | AsyncIterable<Uint8Array>) => {
    if (run.chores.count() < mostChores) void run.chores.run(() => send(data));
    else context.logger.warn({ key }, 'a picture is left out: the store is slow, and others wait');
  };
  const sources = {
    engine: run.engine,
    assets: run.inputs.assets,
    imageSize: run.inputs.config.dataset.image_size,
    store: { put },
  };
  const picture = await writePictureGrid(sources, draws.slice(0, gridColumns), key, context.signal);
  run.scalars.image(folder, picture, step);
}

/** The errors on held-out frames, as scalars, in the log and as an event; nothing where the data set holds none out. */
export async function validate(run: OpenedRun, context: StepContext, step: number): Promise<void> {
  if (!run.validator) return;
  const result = await run.validator.validate(step, context.signal);
  const { frames, step: _, ...errors } = result;
  run.scalars.scalars('held_out', errors, step);
  context.logger.info(result, 'validation');
  context.emit('validation', { ...result });
}

export function pictureKey(run: string, step: number, folder = 'train_images'): string {
  const name = folder === 'train_images' ? '' : `${folder}-`;
  return `runs/${run}/train_images/${name}${String(step).padStart(6, '0')}.jpg`;
}
