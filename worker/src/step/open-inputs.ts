import { join, resolve } from 'node:path';
import { auseqHome } from '@auseq/infra/runtime/auseq-home';
import { AuseqError } from '@auseq/proto/errors';
import { loadAssets } from '../assets/load.js';
import type { AssetBundle } from '../assets/types.js';
import { createSampleLoader } from '../data/loader.js';
import { readManifest } from '../data/manifest.js';
import { keepWindows } from '../data/window.js';
import { coarseCodes } from '../fit/coarse-codes.js';
import type { StepContext } from './context.js';
import type { EngineInputs } from './engine-inputs.js';

/** Sequences that are named in the log when a window leaves them out; the others are counted. */
const namedSkips = 20;

/** Opens what a run's config names: the data set, the assets, the loader, and the coarse codes of every frame. */
export async function openInputs({ config, logger, signal }: StepContext): Promise<EngineInputs> {
  if (config.dataset.root === '') throw noDataset();
  const root = resolve(config.dataset.root);
  const whole = await readManifest(root);
  const { manifest, skipped } = keepWindows(whole, config.dataset.windowsize);
  if (skipped.length > 0) {
    const some = skipped.slice(0, namedSkips).map(({ id, reason }) => `${id}: ${reason}`);
    logger.warn({ count: skipped.length, some }, 'sequences are left out: shorter than dataset.windowsize');
  }
  const assets = await loadAssets(resolve(config.assets || join(auseqHome(), 'assets', config.model.preset)));
  checkPreset(assets, config.model.preset);
  const loader = createSampleLoader({
    root,
    manifest,
    imageSize: config.dataset.image_size,
    window: config.dataset.windowsize,
    useMask: config.dataset.use_mask,
    maskResize: config.legacy.mask_repeat_resize ? 'repeat' : 'nearest',
    threads: config.dataset.num_workers,
    denseIndices: assets.landmarks.denseIndices,
  });
  const fitted = config.model.coarse === 'fit' || (config.model.coarse === 'auto' && assets.kind === 'stand-in');
  const started = performance.now();
  const coarse = fitted
    ? // Of all sequences, so that a video has one shape whatever the window.
      await coarseCodes({ manifest: whole, root, assets, cacheDir: join(auseqHome(), 'coarse'), signal })
    : new Map<string, never>();
  logger.info(
    {
      sequences: manifest.sequences.length,
      coarse: fitted ? 'fit' : 'e_flame',
      ms: Math.round(performance.now() - started),
    },
    'inputs are open',
  );
  return { config, assets, manifest, loader, coarse, featureCache: join(auseqHome(), 'features') };
}

function noDataset(): AuseqError {
  return new AuseqError('AU_DATA_MANIFEST', {
    what: 'the run names no data set',
    why: 'dataset.root is empty',
    try: 'auseq runs submit CONFIG --set dataset.root=DIR (auseq dataset prepare makes one)',
  });
}

function checkPreset(assets: AssetBundle, preset: string): void {
  if (assets.preset === preset) return;
  throw new AuseqError('AU_ASSETS_INVALID', {
    what: `the assets are of preset ${assets.preset}`,
    why: `the run's model.preset is ${preset}: their networks have other sizes`,
    try: `auseq assets synth --preset ${preset} --out DIR, then --set assets=DIR`,
  });
}
