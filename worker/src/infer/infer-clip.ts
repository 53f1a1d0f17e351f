import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { auseqHome } from '@auseq/infra/runtime/auseq-home';
import { AuseqError } from '@auseq/proto/errors';
import { loadAssets } from '../assets/load.js';
import { openAssetsFolder } from '../assets/open-assets-folder.js';
import type { AssetBundle } from '../assets/types.js';
import { createAuScorer } from './au-scores.js';
import { drawFrames } from './draw-frames.js';
import { findFaces, type Watching } from './find-faces.js';
import { type FrameSource, openSource } from './frame-source.js';
import { createInferSession, type InferSession } from './infer-session.js';
import { loadWeights, type TrainedWeights } from './load-weights.js';
import { planGaps } from './plan-gaps.js';
import { predictFrames } from './predict-frames.js';
import { openWork, type WorkFolder } from './work-folder.js';
import { writeGlb, writeMeshes, writeResults } from './write-results.js';
import { writeWhole } from './write-whole.js';

export interface InferOptions extends Watching {
  readonly checkpoint: string;
  /** A video, a folder of pictures, or a prepared sequence. */
  readonly input: string;
  readonly out: string;
  /** Empty: the assets of the checkpoint's preset in AUSEQ_HOME. */
  readonly assets: string;
  readonly gltf: boolean;
  readonly obj: boolean;
}

export interface InferSummary {
  readonly out: string;
  readonly files: readonly string[];
  readonly frames: {
    readonly total: number;
    readonly ok: number;
    readonly interpolated: number;
    readonly lost: number;
  };
  readonly crop: { readonly x: number; readonly y: number; readonly side: number };
  readonly size: { readonly width: number; readonly height: number };
  readonly fps: number;
  readonly au: string;
  readonly checkpoint: { readonly run: string; readonly step: number; readonly sha256: string };
  readonly assets: { readonly kind: string; readonly sha256: string };
}

/** Raise it when the same inputs would give other results, so that finished frames of older code are not mixed in. */
const version = 1;

/**
 * Runs a trained checkpoint over a clip and writes what it sees into `out`. Frames that are finished stay in `out/.infer` until the
 * inputs change: an interrupted run goes on behind them, and another one with more outputs computes only those.
 * Throws AU_CHECKPOINT_*, AU_ASSETS_* and AU_DATA_*; what a clip without a face or a damaged one began to write is taken away again.
 */
export async function inferClip(options: InferOptions): Promise<InferSummary> {
  const trained = await loadWeights(options.checkpoint);
  if (trained.old)
    options.onWarning(
      `${trained.run} was not written by auseq: its weights are read as the legacy code trained them (${oldSlips(trained)})`,
    );
  const assets = await openAssets(options, trained);
  const source = await openSource(options.input);
  await mkdir(options.out, { recursive: true });
  const inputs = [String(version), trained.sha256, assets.sha256, source.sha256, source.kind];
  const work = await openWork(options.out, inputs);
  let session: InferSession | null = null;
  const openSession = () => {
    if (session) return session;
    options.onProgress('compile', 0, 1);
    session = createInferSession(trained, assets);
    options.onProgress('compile', 1, 1);
    return session;
  };
  try {
    return await inferSource(options, trained, assets, source, work, openSession);
  } catch (error) {
    if (error instanceof AuseqError && error.code.startsWith('AU_DATA_')) await work.remove();
    throw error;
  } finally {
    (session as InferSession | null)?.dispose();
  }
}

async function inferSource(
  options: InferOptions,
  trained: TrainedWeights,
  assets: AssetBundle,
  source: FrameSource,
  work: WorkFolder,
  session: () => InferSession,
): Promise<InferSummary> {
  const { out, onProgress, onWarning, signal } = options;
  const watching = { onProgress, onWarning, signal };
  const faces = await findFaces(source, work, watching);
  const { crop, sights } = faces;
  if (crop === null)
    throw noFace(
      source,
      sights.map(({ problem }) => problem),
    );
  await work.replaceOthers();
  const plans = planGaps(sights.map(({ landmarks }) => landmarks !== null));
  const scorer = createAuScorer(assets.network('au_net'));
  const common = { ...watching, source, crop, plans, assets, work, session };
  const codes = await predictFrames({ ...common, faces, scorer });
  const points = await drawFrames({ ...common, codes });
  const problems = sights.map(({ problem }) => problem);
  const results = { ...common, out, codes, points, problems, scorer };
  const files = await writeResults(results);
  if (options.obj) files.push(await writeMeshes(results));
  if (options.gltf) files.push(await writeGlb(results));
  const count = (state: string) => plans.filter((plan) => plan.state === state).length;
  const across = source.original.width / source.width;
  const summary: InferSummary = {
    out,
    files: [...files, 'infer.json'],
    frames: { total: plans.length, ok: count('ok'), interpolated: count('interpolated'), lost: count('lost') },
    crop: { x: crop.x * across, y: (crop.y * source.original.height) / source.height, side: crop.side * across },
    size: source.original,
    fps: source.fps,
    au: scorer.method,
    checkpoint: { run: trained.run, step: trained.step, sha256: trained.sha256 },
    assets: { kind: assets.kind, sha256: assets.sha256 },
  };
  await writeWhole(join(out, 'infer.json'), `${JSON.stringify(summary, null, 2)}\n`);
  return summary;
}

function oldSlips({ slips }: TrainedWeights): string {
  return Object.entries(slips)
    .map(([key, value]) => `legacy.${key} = ${value}`)
    .join(', ');
}

async function openAssets(
  { assets: folder, onWarning, signal }: InferOptions,
  trained: TrainedWeights,
): Promise<AssetBundle> {
  const assets = await loadAssets(
    folder
      ? await openAssetsFolder(folder, { onNote: onWarning, signal })
      : join(auseqHome(), 'assets', trained.preset),
  );
  if (assets.preset !== trained.preset)
    throw new AuseqError('AU_ASSETS_INVALID', {
      what: `the assets are of preset ${assets.preset}`,
      why: `the checkpoint is of preset ${trained.preset}: it was trained on features of another size`,
      try: `give the assets that the run ${trained.run} was trained with: --assets DIR`,
    });
  if (trained.provenance.assets !== undefined && trained.provenance.assets !== assets.sha256)
    onWarning(
      `the run ${trained.run} was trained with other assets: its codes mean something else with these (--assets DIR names them)`,
    );
  return assets;
}

function noFace({ path }: FrameSource, problems: readonly (string | null)[]): AuseqError {
  const reasons = [...new Set(problems)].slice(0, 3).join(', ');
  return new AuseqError('AU_DATA_EMPTY', {
    what: `no face was found in ${path}`,
    why: `none of its ${problems.length} frames shows exactly one face (${reasons})`,
    try: 'give a clip in which one face is well lit and large enough',
  });
}
