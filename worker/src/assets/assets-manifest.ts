import { createHash } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { AuseqError } from '@auseq/proto/errors';
import { assetFiles, manifestName } from './asset-files.js';
import { invalidAssets } from './invalid-assets.js';

export interface FileRecord {
  readonly sha256: string;
  readonly bytes: number;
}

/** assets.json: what the folder holds and where it came from. */
export interface AssetsManifest {
  readonly version: 1;
  readonly kind: 'stand-in' | 'licensed';
  readonly preset: 'legacy' | 'tiny';
  readonly seed: number;
  /** Hash of the data set whose frames gave the batch-norm statistics; null = our own pictures. */
  readonly calibration: string | null;
  readonly files: Readonly<Record<string, FileRecord>>;
  readonly sha256: string;
}

/** The bundle's hash: over each file's name and sha256, in name order. */
export function bundleHash(files: Readonly<Record<string, FileRecord>>): string {
  const hash = createHash('sha256');
  for (const name of Object.keys(files).sort()) hash.update(`${name} ${files[name]!.sha256}\n`);
  return hash.digest('hex');
}

/** Reads and checks assets.json; throws AU_ASSETS_NOT_FOUND or AU_ASSETS_INVALID. */
export async function readManifest(dir: string): Promise<AssetsManifest> {
  const path = join(dir, manifestName);
  let text: string;
  try {
    text = await readFile(path, 'utf8');
  } catch (cause) {
    throw new AuseqError('AU_ASSETS_NOT_FOUND', {
      what: `no assets in ${dir}`,
      why: `${manifestName} cannot be read there`,
      try: `auseq assets synth --out ${dir}`,
      cause,
    });
  }
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch (cause) {
    throw invalidAssets(path, 'it is not JSON', cause);
  }
  const problem = manifestProblem(value);
  if (problem) throw invalidAssets(path, problem);
  return value as AssetsManifest;
}

/** What is wrong with a parsed manifest, or null. */
export function manifestProblem(value: unknown): string | null {
  if (typeof value !== 'object' || value === null) return 'it is no object';
  const manifest = value as Partial<AssetsManifest>;
  if (manifest.version !== 1) return `version ${String(manifest.version)} is not 1`;
  if (manifest.kind !== 'stand-in' && manifest.kind !== 'licensed') return `kind ${String(manifest.kind)} is unknown`;
  if (manifest.preset !== 'legacy' && manifest.preset !== 'tiny') return `preset ${String(manifest.preset)} is unknown`;
  if (typeof manifest.files !== 'object' || manifest.files === null) return 'it lists no files';
  for (const [name, record] of Object.entries(manifest.files)) {
    const whole = /^[0-9a-f]{64}$/.test(record?.sha256 ?? '') && Number.isSafeInteger(record?.bytes);
    if (!whole || /[/\\]/.test(name)) return `the record of ${name} is damaged`;
  }
  const missing = assetFiles.filter(({ name, optional }) => !optional && !Object.hasOwn(manifest.files!, name));
  if (missing.length > 0) return `it does not list ${missing.map(({ name }) => name).join(', ')}`;
  if (bundleHash(manifest.files) !== manifest.sha256) return 'its sha256 does not fit its files';
  return null;
}
