import { resolve } from 'node:path';
import { readLegacyFile } from '../assets/import/read-legacy-file.js';
import { bivitParameters } from '../model/bivit/shape.js';
import { fitWeights, some } from '../results/fit-weights.js';
import { slipsOfModelTar, withSlips } from '../results/model-tar-slips.js';
import { readModelTar } from '../results/read-model-tar.js';
import type { BivitEngine } from './bivit-engine.js';
import type { StepContext } from './context.js';
import type { EngineSnapshot } from './engine.js';
import { sizesOf } from './sizes.js';
import { trainedNetwork } from './trained-network.js';

/** What a run begins with that goes on from a model.tar: the switches of its weights are set. */
interface Start {
  readonly snapshot: EngineSnapshot;
  readonly config: StepContext['config'];
}

/** What a run that has no checkpoint of its own begins with; one that has replaces it. */
export async function startFromModelTar({ config, logger, emit }: StepContext): Promise<Start | null> {
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
export async function takeOverWeights(
  engine: BivitEngine,
  { config, isFirst, logger, emit }: StepContext,
): Promise<void> {
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
