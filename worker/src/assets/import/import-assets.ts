import { networkFile, structFiles } from '../asset-files.js';
import type { AssetsManifest } from '../assets-manifest.js';
import { structToTensors } from '../struct-tensors.js';
import type { NetworkName } from '../types.js';
import { type WriteAsset, writeAssets } from '../write-assets.js';
import { convertFlame, convertLandmarks, convertNetwork, convertTexture } from './convert.js';
import { findFiles } from './find-files.js';
import { invalidLegacyFile } from './invalid-legacy-file.js';
import { type LegacyRole, legacyFileKinds, recogniseLegacyFiles } from './legacy-file-names.js';
import { legacyUvMask } from './legacy-uv-mask.js';
import { type LegacyFile, readLegacyFile } from './read-legacy-file.js';

export interface ImportOptions {
  /** The legacy folder; files are recognised by name anywhere below it. */
  readonly from: string;
  readonly out: string;
  /** Files that are named outright. */
  readonly given: ReadonlyMap<LegacyRole, string>;
  readonly onProgress?: (phase: string, done: number, total: number) => void;
  readonly signal?: AbortSignal;
}

export interface ImportedFile {
  readonly file: string;
  readonly state: 'found' | 'missing' | 'not needed';
  readonly path: string | null;
  readonly sha256: string | null;
  /** Keys that the file holds and nothing here uses. */
  readonly unused: number;
  /** What cannot be done without it; empty where it is found. */
  readonly costs: string;
}

export interface ImportReport {
  /** Null where too much is missing to make a folder. */
  readonly assets: AssetsManifest | null;
  readonly files: readonly ImportedFile[];
  /** Further files whose name fits a role that another file took. */
  readonly ignored: readonly string[];
}

/** Each needs all of its files; without the first six groups there is nothing to run. */
const required: readonly (readonly LegacyRole[])[] = [
  ['flame'],
  ['template'],
  ['landmarks'],
  ['dense-landmarks'],
  ['texture', 'bfm-texture'],
  ['uv-face-mask'],
  ['uv-face-eye-mask'],
  ['deca', 'model'],
  ['au'],
];

/**
 * Converts a folder of legacy files once into an assets folder of safetensors, and tells what was found, what is missing
 * and what the missing costs. Throws AU_FILE_FORMAT or AU_ASSETS_INVALID for a file that is not what its name says.
 */
export async function importAssets(options: ImportOptions): Promise<ImportReport> {
  const { from, out, given, onProgress, signal } = options;
  const { files, ignored } = recogniseLegacyFiles(await findFiles(from, signal), given);
  const paths = new Map(files.map(({ role, path }) => [role, path]));
  const notes = new Map<LegacyRole, { sha256: string; unused: number }>();
  const whole = required.every((roles) => roles.some((role) => paths.has(role)));
  let done = 0;
  const read = async (role: LegacyRole): Promise<LegacyFile> => {
    signal?.throwIfAborted();
    onProgress?.(role, done++, files.length);
    const file = await readLegacyFile(paths.get(role)!);
    notes.set(role, { sha256: file.sha256, unused: 0 });
    return file;
  };
  const assets = whole ? await writeAssets(out, (write) => convertAll(paths, read, write, notes)) : null;
  const report = legacyFileKinds.map(({ role, shown, without }): ImportedFile => {
    const path = paths.get(role) ?? null;
    const note = notes.get(role);
    const { sha256 = null, unused = 0 } = note ?? {};
    const replaced = required.some((roles) => roles.includes(role) && roles.some((other) => paths.has(other)));
    // A model.tar is never needed here, but a run can go on from it.
    const kept = path !== null && (!whole || role === 'model');
    const state = note || kept ? 'found' : path || replaced ? 'not needed' : 'missing';
    return { file: shown, state, path, sha256, unused, costs: state === 'missing' ? without : '' };
  });
  return { assets, files: report, ignored: ignored.map(({ path }) => path) };
}

type Notes = Map<LegacyRole, { sha256: string; unused: number }>;

async function convertAll(
  paths: ReadonlyMap<LegacyRole, string>,
  read: (role: LegacyRole) => Promise<LegacyFile>,
  write: WriteAsset,
  notes: Notes,
) {
  await write(structFiles.flame, structToTensors('flame', convertFlame(await read('flame'), await read('template'))));
  const landmarks = convertLandmarks(await read('landmarks'), await read('dense-landmarks'));
  await write(structFiles.landmarks, structToTensors('landmarks', landmarks));
  const texture = paths.has('texture')
    ? convertTexture(await read('texture'), 'flame')
    : convertTexture(await read('bfm-texture'), 'bfm');
  await write(structFiles.texture, structToTensors('texture', texture));
  const mask = async (role: LegacyRole) => legacyUvMask((await read(role)).path);
  const uvMasks = { size: 256, face: await mask('uv-face-mask'), faceEye: await mask('uv-face-eye-mask') };
  await write(structFiles.uvMasks, structToTensors('uvMasks', uvMasks));

  const networks: readonly [NetworkName, LegacyRole][] = [
    ['e_flame', paths.has('deca') ? 'deca' : 'model'],
    ['au_net', 'au'],
    ['emotion_net', 'emotion'],
    ['identity_net', 'identity'],
  ];
  const presets = new Set<'legacy' | 'tiny'>();
  for (const [name, role] of networks) {
    if (!paths.has(role)) continue;
    const file = await read(role);
    const { preset, weights, unused } = convertNetwork(name, file);
    notes.set(role, { sha256: file.sha256, unused: unused.length });
    presets.add(preset);
    if (presets.size > 1) throw invalidLegacyFile(file.path, 'its network is of another size than the others');
    await write(
      networkFile(name),
      [...weights].map(([key, array]) => ({ name: key, ...array })),
    );
  }
  return { kind: 'licensed', preset: [...presets][0]!, seed: 0, calibration: null } as const;
}
