import { readFile, stat } from 'node:fs/promises';
import { basename, join } from 'node:path';
import { AuseqError } from '@auseq/proto/errors';
import { readLegacyFile } from '../assets/import/read-legacy-file.js';
import { isNdArray } from '../formats/nd-array.js';
import { readTorch } from '../formats/torch.js';
import { bivitParameters, bivitShapes } from '../model/bivit/shape.js';
import { sizeOf } from '../model/parameter.js';
import { ofWeights, parseSlips, slipsOfModelTar, type WeightSlips } from '../results/model-tar-slips.js';
import { readCheckpoint } from '../results/read-checkpoint.js';
import { readModelTar } from '../results/read-model-tar.js';

/** BiViT's weights under their state-dict names, and where they come from. */
export interface TrainedWeights {
  readonly preset: keyof typeof bivitShapes;
  readonly weights: ReadonlyMap<string, { readonly shape: readonly number[]; readonly data: Float32Array }>;
  readonly sha256: string;
  readonly run: string;
  readonly step: number;
  readonly provenance: Readonly<Record<string, string>>;
  /** The switches that the weights were trained with. */
  readonly slips: WeightSlips;
  /** A model.tar that auseq did not write: its switches are those of the legacy code. */
  readonly old: boolean;
}

/**
 * Reads a checkpoint folder as `auseq checkpoints pull` writes it, or a legacy model.tar; the preset is the one whose names and shapes the weights have.
 * Throws AU_CHECKPOINT_NOT_FOUND for no such folder and AU_CHECKPOINT_CORRUPT for damaged or missing parts and weights of no preset.
 */
export async function loadWeights(path: string): Promise<TrainedWeights> {
  const found = await stat(path).catch(() => null);
  return found?.isFile() ? loadModelTar(path) : loadFolder(path);
}

/** The weights of a legacy model.tar. */
async function loadModelTar(path: string): Promise<TrainedWeights> {
  const { data, sha256 } = await readLegacyFile(path);
  const presets = Object.keys(bivitShapes) as TrainedWeights['preset'][];
  const width = tokenWidth(data, path);
  const preset = presets.find((one) => bivitShapes[one].width === width) ?? 'legacy';
  const { snapshot, globalStep: step } = readModelTar(data, path, bivitParameters(bivitShapes[preset]));
  const trained = snapshot.arrays.filter(({ name }) => name.startsWith('w/'));
  const weights = new Map(trained.map(({ name, shape, data }) => [name.slice(2), { shape, data }]));
  return { preset, weights, sha256, run: basename(path), step, provenance: {}, ...slipsOfModelTar(data, path) };
}

/** Width of the class token, by which the preset is known; the file's other shapes are checked against it. */
function tokenWidth(data: Uint8Array, path: string): number {
  const file = readTorch(data, path);
  const bivit: unknown = file instanceof Map ? file.get('BiViT') : undefined;
  const token: unknown = bivit instanceof Map ? bivit.get('vit.cls_token') : undefined;
  return isNdArray(token) ? (token.shape.at(-1) ?? 0) : 0;
}

async function loadFolder(folder: string): Promise<TrainedWeights> {
  const isFolder = await stat(folder).then(
    (found) => found.isDirectory(),
    () => false,
  );
  const manifestFile = join(folder, 'manifest.json');
  const hasManifest = await stat(manifestFile).then(
    () => true,
    () => false,
  );
  if (!isFolder || !hasManifest) throw noCheckpoint(folder, isFolder ? 'it has no manifest.json' : 'it is no folder');
  const get = (key: string) =>
    readFile(join(folder, basename(key))).catch((cause: unknown) => {
      throw corrupt(folder, `${basename(key)} cannot be read`, cause);
    });
  const { manifest, state } = await readCheckpoint({ get }, manifestFile);
  const { variant } = manifest.provenance;
  if (variant !== undefined)
    throw corrupt(folder, `it is of another model than the published one, which inference knows: ${variant}`);
  const trained = state.snapshot.arrays.filter(({ name }) => name.startsWith('w/'));
  const weights = new Map(trained.map(({ name, shape, data }) => [name.slice(2), { shape, data }]));
  const presets = Object.keys(bivitShapes) as TrainedWeights['preset'][];
  const preset = presets.find((one) => fits(weights, one));
  if (!preset)
    throw corrupt(folder, `its ${weights.size} weights have the shapes of no preset (${presets.join(', ')})`);
  const { sha256, run, step, provenance } = manifest;
  const slips = ofWeights(parseSlips(provenance.legacy, folder));
  return { preset, weights, sha256, run, step, provenance, slips, old: false };
}

function fits(weights: TrainedWeights['weights'], preset: TrainedWeights['preset']): boolean {
  return bivitParameters(bivitShapes[preset]).every(({ name, shape }) => {
    const found = weights.get(name);
    return found?.shape.join('x') === shape.join('x') && found.data.length === sizeOf(shape);
  });
}

function noCheckpoint(folder: string, why: string): AuseqError {
  return new AuseqError('AU_CHECKPOINT_NOT_FOUND', {
    what: `there is no checkpoint in ${folder}`,
    why,
    try: 'auseq checkpoints pull RUN --latest -o DIR, then --checkpoint DIR',
  });
}

function corrupt(folder: string, why: string, cause?: unknown): AuseqError {
  return new AuseqError('AU_CHECKPOINT_CORRUPT', {
    what: `the checkpoint ${folder} cannot be used`,
    why,
    try: 'fetch it again into a new folder: auseq checkpoints pull RUN --latest -o DIR',
    cause,
  });
}
