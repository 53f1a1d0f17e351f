import { mkdir } from 'node:fs/promises';
import { auseqHome } from '@auseq/infra/runtime/auseq-home';
import { requireFreeBytes } from '@auseq/infra/runtime/free-bytes';
import type { Turns } from '@auseq/infra/runtime/in-turn';
import { epochLength, positionOf } from '../data/draws.js';
import type { KeeperNotice } from '../results/checkpoint-keeper.js';
import { isEpochEnd, manifestKey, type RetentionRule } from '../results/checkpoint-layout.js';
import { type CheckpointWriter, createCheckpointWriter } from '../results/checkpoint-writer.js';
import { retainCheckpoints } from '../results/retain-checkpoints.js';
import { spoolFolder } from '../results/spool-folder.js';
import type { TrainingState } from '../results/state-digest.js';
import type { BivitEngine } from './bivit-engine.js';
import type { FinishKind, StepContext } from './context.js';
import type { EngineSnapshot } from './engine.js';
import type { EngineInputs } from './engine-inputs.js';
import { provenanceOf } from './provenance.js';

/** A store that answers nothing costs a picture, or the removal of what is old, after so long. */
export const choreWithinMs = 10_000;

/** A run begins only where its machine has room for so many checkpoints. */
const spooledAtLeast = 2;

/** An agent that leaves waits for its drain less long than a run does at its end. */
const drainWaitMs = 60_000;

/** The thread that stores checkpoints; on the writer it begins with what an earlier process has left on this machine. */
export async function openCheckpoints(inputs: EngineInputs, engine: BivitEngine, context: StepContext, chores: Turns) {
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

/** What a checkpoint of this snapshot holds: the arrays, the place in the draw list and the seed. */
export function trainingState({ config, manifest }: EngineInputs, snapshot: EngineSnapshot): TrainingState {
  const used = snapshot.step * config.batch.leaves * config.dataset.batch_size;
  return { snapshot, data: positionOf(manifest, config, used), seed: config.train.seed };
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
export async function awaitUploads(
  checkpoints: CheckpointWriter,
  kind: FinishKind,
  { config, logger }: StepContext,
): Promise<void> {
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
export async function removeOldCheckpoints(
  inputs: EngineInputs,
  { run, store, signal, logger }: StepContext,
): Promise<void> {
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
