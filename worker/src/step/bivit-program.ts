import { epochLength } from '../data/draws.js';
import { manifestKey } from '../results/checkpoint-layout.js';
import { readCheckpoint } from '../results/read-checkpoint.js';
import { compareProvenance, refuseOtherBits } from './compare-provenance.js';
import type { StepProgram } from './context.js';
import { type OpenedRun, openRun } from './open-run.js';
import { proveBits } from './prove-bits.js';
import { provenanceOf } from './provenance.js';
import { gridColumns, pictureKey, recordCommit, showPictures, validate } from './record-commit.js';
import { awaitUploads, removeOldCheckpoints, trainingState } from './run-checkpoints.js';
import { trainDrawsSpread } from './spread-draws.js';
import { startFromModelTar, takeOverWeights } from './start-weights.js';

/** BiViT as a step program: what `bin/step` runs for each assignment. */
export function createBivitProgram(): StepProgram {
  let opened: OpenedRun | null = null;
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
        await showPictures(open(), context, 0, trainDrawsSpread(opened.inputs, gridColumns));
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
        await recordCommit(open(), commit, context);
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
      awaitStored: (kind, context) => awaitUploads(open().checkpoints, kind, context),
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
