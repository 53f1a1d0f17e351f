import { mkdir } from 'node:fs/promises';
import { resolve } from 'node:path';
import { auseqHome } from '@auseq/infra/runtime/auseq-home';
import { requireFreeBytes } from '@auseq/infra/runtime/free-bytes';
import { readLegacyFile } from '../assets/import/read-legacy-file.js';
import { epochLength, positionOf, splitDraws } from '../data/draws.js';
import type { Draw } from '../data/types.js';
import { bivitParameters } from '../model/bivit/shape.js';
import type { KeeperNotice } from '../results/checkpoint-keeper.js';
import { isEpochEnd, manifestKey, type RetentionRule } from '../results/checkpoint-layout.js';
import { type CheckpointWriter, createCheckpointWriter } from '../results/checkpoint-writer.js';
import { fitWeights, some } from '../results/fit-weights.js';
import { impatient } from '../results/impatient-store.js';
import { createTurns, type Turns } from '../results/in-turn.js';
import { slipsOfModelTar, withSlips } from '../results/model-tar-slips.js';
import { readCheckpoint } from '../results/read-checkpoint.js';
import { readModelTar } from '../results/read-model-tar.js';
import { retainCheckpoints } from '../results/retain-checkpoints.js';
import { createScalarLog, type ScalarLog } from '../results/scalar-log.js';
import { spoolFolder } from '../results/spool-folder.js';
import type { TrainingState } from '../results/state-digest.js';
import { writePictureGrid } from '../results/train-images.js';
import { type BivitEngine, createBivitEngine } from './bivit-engine.js';
import { compareProvenance, refuseOtherBits } from './compare-provenance.js';
import type { CommittedStep, FinishKind, StepContext, StepProgram } from './context.js';
import type { EngineSnapshot } from './engine.js';
import type { EngineInputs } from './engine-inputs.js';
import { openInputs } from './open-inputs.js';
import { proveBits } from './prove-bits.js';
import { provenanceOf } from './provenance.js';
import { sizesOf } from './sizes.js';
import { trainedNetwork } from './trained-network.js';
import { createValidator, type Validator } from './validate.js';

/** Training frames that the constant-expression baseline is fitted to, at most. */
const baselineFrames = 200;
/** A run begins only where its machine has room for so many checkpoints. */
const spooledAtLeast = 2;
/** An agent that leaves waits for its drain less long than a run does at its end. */
const drainWaitMs = 60_000;
/** A store that answers nothing costs a picture, or the removal of what is old, after so long. */
const choreWithinMs = 10_000;
/** Pictures that wait for a slow store; what comes then is left out. */
const mostChores = 4;
/** Pictures of one grid. */
const gridColumns = 8;

/** What a run begins with that goes on from a model.tar: the switches of its weights are set. */
interface Start {
  readonly snapshot: EngineSnapshot;
  readonly config: StepContext['config'];
}

interface Opened {
  readonly inputs: EngineInputs;
  readonly engine: BivitEngine;
  readonly validator: Validator | null;
  readonly held: readonly Draw[];
  readonly checkpoints: CheckpointWriter;
  readonly scalars: ScalarLog;
  /** What the step loop does not wait for: pictures on their way to the store, the removal of old checkpoints. */
  readonly chores: Turns;
}

/** BiViT as a step program: what `bin/step` runs for each assignment. */
export function createBivitProgram(): StepProgram {
  let opened: Opened | null = null;
  let looksAfterSpool = false;
  const open = () => {
    if (!opened) throw new Error('a hook was called before createEngine');
    return opened;
  };
  return {
    async createEngine(context) {
      const start = await startFromModelTar(context);
      looksAfterSpool = context.isFirst;
      opened = await openRun(start ? { ...context, config: start.config } : context);
      if (start) opened.engine.restore(start.snapshot);
      await takeOverWeights(opened.engine, context);
      if (context.isFirst && !(await context.store.stat(pictureKey(context.run, 0)))) {
        await show(open(), context, 0, trainDrawsSpread(opened.inputs, gridColumns));
        await validate(open(), context, 0);
      }
      return opened.engine;
    },
    hooks: {
      async prove({ sync, signal, logger }) {
        const started = performance.now();
        const proof = await proveBits(open().engine, sync, signal);
        logger.info({ ms: Math.round(performance.now() - started), proof }, 'the programs are proved');
        return proof;
      },
      sequencesPerEpoch: () => epochLength(open().inputs.manifest, open().inputs.config),
      async onCommit(commit, context) {
        if (!commit.isWriter) return;
        if (!looksAfterSpool) await open().checkpoints.start(); // what a lost writer has left on this machine
        looksAfterSpool = true;
        await record(open(), commit, context);
      },
      async writeCheckpoint({ step, snapshot, share }, context) {
        const { inputs, checkpoints, chores } = open();
        const written = await checkpoints.write(trainingState(inputs, snapshot), share.members);
        if (!written.spooled) void chores.run(() => removeOldCheckpoints(inputs, context));
        const { sha256, bytes } = written.manifest;
        const { spooled, wrote } = written;
        return { key: manifestKey(context.run, step), sha256, bytes, spooled, wrote };
      },
      shareCheckpoint({ snapshot, share }) {
        const { inputs, checkpoints } = open();
        return checkpoints.share(trainingState(inputs, snapshot), share);
      },
      async loadCheckpoint(key, { config, store, signal, logger }) {
        const { manifest, state } = await readCheckpoint(store, key, signal);
        const changes = compareProvenance(manifest.provenance, provenanceOf(open().inputs));
        if (config.exact) refuseOtherBits(key, changes);
        if (changes.length > 0) logger.warn({ changes }, 'the checkpoint was written under other conditions');
        return state.snapshot;
      },
      awaitStored: (kind, context) => awaitUploads(open(), kind, context),
      async onFinish(_, { logger }) {
        if (!opened) return;
        await opened.chores.run(async () => {});
        await opened.scalars
          .flush()
          .catch((error: unknown) => logger.warn({ err: error }, 'scalars could not be stored'));
        await opened.checkpoints.close();
        await opened.inputs.loader.close();
        opened.engine.dispose();
      },
    },
  };
}

/** What a run that has no checkpoint of its own begins with; one that has replaces it. */
async function startFromModelTar({ config, logger, emit }: StepContext): Promise<Start | null> {
  const { pretrained_modelpath: path } = config;
  if (path === '') return null;
  const { data } = await readLegacyFile(resolve(path));
  const { snapshot, globalStep } = readModelTar(data, path, bivitParameters(sizesOf(config).bivit));
  const { slips } = slipsOfModelTar(data, path);
  const { config: started, changed } = withSlips(config, slips);
  if (globalStep !== snapshot.step)
    logger.warn(
      { globalStep, optimiser: snapshot.step },
      "global_step differs from the optimiser's step, which counts here",
    );
  logger.info({ file: path, step: snapshot.step, legacy: slips, changed }, 'goes on from a model.tar');
  if (changed.length > 0) {
    const set = changed.map((key) => `legacy.${key} = ${slips[key as keyof typeof slips]}`).join(', ');
    emit('decision', { decision: set, reason: `the weights of ${path} were trained so` });
  }
  return { snapshot, config: started };
}

/** Weights of a predecessor that fit; what does not is told once, by name. */
async function takeOverWeights(engine: BivitEngine, { config, isFirst, logger, emit }: StepContext): Promise<void> {
  const { model_path_HJ: path } = config;
  if (path === '') return;
  const { data } = await readLegacyFile(resolve(path));
  const sizes = sizesOf(config);
  const { weights, missing, unfit } = fitWeights(data, path, trainedNetwork(sizes).parameters(sizes.bivit));
  const { step, arrays } = engine.snapshot();
  const fitted = arrays.map((array) => ({ ...array, data: weights.get(array.name.replace(/^w\//, '')) ?? array.data }));
  engine.restore({ step, arrays: fitted });
  logger.info({ file: path, fits: [...weights.keys()], missing, unfit }, 'takes over what fits of a checkpoint');
  if (!isFirst) return;
  const decision = `${weights.size} of ${weights.size + missing.length} weights are taken over from ${path}`;
  const parts = [
    `${missing.length} begin anew${some(missing)}`,
    `${unfit.length} of the file fit nowhere${some(unfit)}`,
  ];
  emit('decision', { decision, reason: parts.join('; ') });
}

async function openRun(context: StepContext): Promise<Opened> {
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

function trainingState({ config, manifest }: EngineInputs, snapshot: EngineSnapshot): TrainingState {
  const used = snapshot.step * config.batch.leaves * config.dataset.batch_size;
  return { snapshot, data: positionOf(manifest, config, used), seed: config.train.seed };
}

/** The thread that stores checkpoints; on the writer it begins with what an earlier process has left on this machine. */
async function openCheckpoints(inputs: EngineInputs, engine: BivitEngine, context: StepContext, chores: Turns) {
  const { run, storeUrl, config } = context;
  const folder = spoolFolder(run, storeUrl, config);
  const spool = { folder, limitBytes: config.store.spool_bytes };
  const options = { run, storeUrl, spool, provenance: provenanceOf(inputs), rule: retentionRule(inputs) };
  if (context.isFirst && spool.limitBytes > 0) {
    const bytes = engine.snapshot().arrays.reduce((sum, { data }) => sum + data.byteLength, 0);
    await mkdir(auseqHome(), { recursive: true });
    await requireFreeBytes(auseqHome(), spooledAtLeast * bytes, `${spooledAtLeast} checkpoints`);
  }
  const writer = createCheckpointWriter(options, (notice) => {
    tellNotice(notice, context);
    if (notice.kind === 'left') void chores.run(() => removeOldCheckpoints(inputs, context));
  });
  if (context.isFirst) await writer.start();
  return writer;
}

function tellNotice(notice: KeeperNotice, context: StepContext): void {
  const { logger, emit } = context;
  if (notice.kind === 'trouble') {
    const { code, what, why } = notice.error;
    logger.warn({ code, why }, `${what}; checkpoints wait on the local disk`);
    emit('decision', { decision: 'checkpoints wait on the local disk', reason: `${what}: ${why} [${code}]` });
  }
  if (notice.kind === 'dropped') {
    const decision = `the checkpoint of step ${notice.steps.join(', ')} is dropped before it reached the store`;
    const reason = `store.spool_bytes is reached in ${notice.folder}`;
    logger.warn({ steps: notice.steps, folder: notice.folder }, `${decision}: ${reason}`);
    emit('decision', { decision, reason });
  }
  if (notice.kind !== 'left') return;
  const { step, sha256, bytes } = notice.manifest;
  logger.info({ step, outcome: notice.outcome }, 'a checkpoint has left the local disk');
  if (notice.outcome !== 'uploaded') return;
  emit('checkpoint', { step, key: manifestKey(context.run, step), sha256, bytes });
}

/** A completed run is not complete before its checkpoints are stored; one that drains leaves them to its next process. */
async function awaitUploads({ checkpoints }: Opened, kind: FinishKind, { config, logger }: StepContext): Promise<void> {
  const waitMs = config.store.finish_seconds * 1000;
  try {
    await checkpoints.settle(kind === 'completed' ? waitMs : Math.min(waitMs, drainWaitMs));
  } catch (error) {
    if (kind === 'completed') throw error;
    logger.warn({ err: error }, 'checkpoints are left on the local disk');
  }
}

function retentionRule({ config, manifest }: EngineInputs): RetentionRule {
  const { batch, dataset, train } = config;
  const epochSteps = epochLength(manifest, config) / (batch.leaves * dataset.batch_size);
  return { keep: train.keep_checkpoints, epochSteps, every: train.checkpoint_steps };
}

/** What cannot be removed costs room only: it is said, and tried again after the next checkpoint. */
async function removeOldCheckpoints(inputs: EngineInputs, { run, store, signal, logger }: StepContext): Promise<void> {
  const rule = retentionRule(inputs);
  const options = { keep: rule.keep, isEpochEnd: (step: number) => isEpochEnd(rule, step) };
  try {
    const removed = await retainCheckpoints(
      store,
      run,
      options,
      AbortSignal.any([signal, AbortSignal.timeout(choreWithinMs)]),
    );
    if (removed.length > 0) logger.info({ steps: removed }, 'old checkpoints are removed');
  } catch (error) {
    logger.warn({ err: error }, 'old checkpoints could not be removed');
  }
}

/** What follows a commit on the writer: scalars, pictures and validation at their cadences (optimiser steps). */
async function record(run: Opened, commit: CommittedStep, context: StepContext): Promise<void> {
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
    await show(
      run,
      context,
      step,
      commit.draws.flat().map(({ draw }) => draw),
    );
  if (due(train.val_steps) || last) await validate(run, context, step);
  if (last && run.held.length > 0) await show(run, context, step, spread(run.held, gridColumns), 'held_out');
  if (due(train.checkpoint_steps) || last) {
    // Beside the step loop: the end of the run waits for it in onFinish.
    run.scalars.flush().catch((error: unknown) => context.logger.warn({ err: error }, 'scalars could not be stored'));
  }
}

async function show(run: Opened, context: StepContext, step: number, draws: readonly Draw[], folder = 'train_images') {
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

async function validate(run: Opened, context: StepContext, step: number): Promise<void> {
  if (!run.validator) return;
  const result = await run.validator.validate(step, context.signal);
  const { frames, step: _, ...errors } = result;
  run.scalars.scalars('held_out', errors, step);
  context.logger.info(result, 'validation');
  context.emit('validation', { ...result });
}

function pictureKey(run: string, step: number, folder = 'train_images'): string {
  const name = folder === 'train_images' ? '' : `${folder}-`;
  return `runs/${run}/train_images/${name}${String(step).padStart(6, '0')}.jpg`;
}

function trainDrawsSpread({ manifest, config }: EngineInputs, count: number): Draw[] {
  const all = splitDraws(manifest, 'train', config.dataset.windowsize);
  return spread(all, count).map((one, position) => ({ ...one, position }));
}

/** At most `count` items, evenly spread, ends included. */
function spread<T>(items: readonly T[], count: number): T[] {
  if (items.length <= count) return [...items];
  return Array.from({ length: count }, (_, index) => items[Math.round((index * (items.length - 1)) / (count - 1))]!);
}
