import { loadAssets } from '../assets/load.js';
import { openAssetsFolder } from '../assets/open-assets-folder.js';
import { encodeNpz } from '../infer/npz.js';
import { writeWhole } from '../infer/write-whole.js';
import { bivitParameters, bivitShapes } from '../model/bivit/shape.js';
import { openCheckpoint } from '../results/open-checkpoint.js';
import { measureStep } from './measure-step.js';
import { type Asked, findSamples } from './measured-sample.js';
import { arraysOf, type NumericsReport, reportOf } from './report.js';

export interface NumericsOptions {
  readonly assets: string;
  readonly data: string;
  readonly asked: readonly Asked[];
  /** A checkpoint folder or a model.tar; empty = the weights that seed 0 begins with. */
  readonly checkpoint: string;
  readonly legacySlips: boolean;
  /** The npz; empty = none. */
  readonly out: string;
  readonly onNote: (message: string) => void;
  readonly signal: AbortSignal;
}

/**
 * One training step of the published model on real files, as numbers to compare with another implementation (model-facts §11).
 * Throws AU_ASSETS_*, AU_CHECKPOINT_*, AU_FILE_FORMAT, AU_DATA_SAMPLE.
 */
export async function runNumerics(options: NumericsOptions): Promise<NumericsReport> {
  const assets = await loadAssets(await openAssetsFolder(options.assets, options));
  const samples = await findSamples(options.data, options.asked);
  const parameters = bivitParameters(bivitShapes[assets.preset]);
  const snapshot = options.checkpoint === '' ? null : await openCheckpoint(options.checkpoint, parameters);
  const { legacySlips, signal, data: root } = options;
  const step = await measureStep({ assets, root, samples, snapshot, legacySlips, parameters, signal });
  if (options.out !== '') await writeWhole(options.out, encodeNpz(arraysOf(step)));
  return reportOf(step);
}
