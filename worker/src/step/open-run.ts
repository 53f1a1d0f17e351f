import { createTurns, type Turns } from '@auseq/infra/runtime/in-turn';
import { splitDraws } from '../data/draws.js';
import type { Draw } from '../data/types.js';
import type { CheckpointWriter } from '../results/checkpoint-writer.js';
import { impatient } from '../results/impatient-store.js';
import { createScalarLog, type ScalarLog } from '../results/scalar-log.js';
import { type BivitEngine, createBivitEngine } from './bivit-engine.js';
import type { StepContext } from './context.js';
import type { EngineInputs } from './engine-inputs.js';
import { openInputs } from './open-inputs.js';
import { choreWithinMs, openCheckpoints } from './run-checkpoints.js';
import { sizesOf } from './sizes.js';
import { trainDrawsSpread } from './spread-draws.js';
import { createValidator, type Validator } from './validate.js';

/** Training frames that the constant-expression baseline is fitted to, at most. */
const baselineFrames = 200;

/** All that a step program holds for one run, from its start to its end. */
export interface OpenedRun {
  readonly inputs: EngineInputs;
  readonly engine: BivitEngine;
  readonly validator: Validator | null;
  readonly held: readonly Draw[];
  readonly checkpoints: CheckpointWriter;
  readonly scalars: ScalarLog;
  /** What the step loop does not wait for: pictures on their way to the store, the removal of old checkpoints. */
  readonly chores: Turns;
}

/** Opens data and assets, compiles the programs and starts the checkpoint thread. Throws coded errors of each. */
export async function openRun(context: StepContext): Promise<OpenedRun> {
  const started = performance.now();
  const inputs = await openInputs(context);
  const engine = createBivitEngine(inputs, context.sync);
  context.logger.info({ ms: Math.round(performance.now() - started) }, 'programs are compiled');
  const held = splitDraws(inputs.manifest, 'val', inputs.config.dataset.windowsize);
  const sources = {
    engine,
    assets: inputs.assets,
    imageSize: inputs.config.dataset.image_size,
    head: sizesOf(inputs.config).head,
    draws: held,
    trainDraws: trainDrawsSpread(inputs, baselineFrames),
  };
  const chores = createTurns();
  return {
    inputs,
    engine,
    held,
    // Where the data set holds nothing out there is nothing to measure.
    validator: held.length > 0 ? createValidator(sources) : null,
    checkpoints: await openCheckpoints(inputs, engine, context, chores),
    scalars: createScalarLog(impatient(context.store, choreWithinMs), context.run),
    chores,
  };
}
