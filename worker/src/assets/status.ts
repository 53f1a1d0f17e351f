import { stat } from 'node:fs/promises';
import { join } from 'node:path';
import { AuseqError } from '@auseq/proto/errors';
import { assetFiles, manifestName } from './asset-files.js';
import { type AssetsManifest, readManifest } from './assets-manifest.js';

export interface AssetsStatus {
  readonly dir: string;
  /** Everything is there in the right size. */
  readonly complete: boolean;
  readonly kind: AssetsManifest['kind'] | null;
  readonly preset: AssetsManifest['preset'] | null;
  readonly sha256: string | null;
  readonly calibration: string | null;
  /** What is wrong with assets.json, if anything. */
  readonly problem: string | null;
  readonly files: readonly AssetFileStatus[];
}

export interface AssetFileStatus {
  readonly name: string;
  readonly state: 'found' | 'missing' | 'wrong size';
  readonly bytes: number;
  readonly holds: string;
  /** What cannot be done without it; empty when found. */
  readonly costs: string;
}

/** Tells for each file of an assets folder whether it is there, and what a missing one costs. Never throws for a bad folder. */
export async function assetsStatus(dir: string): Promise<AssetsStatus> {
  let manifest: AssetsManifest | null = null;
  let problem: string | null = null;
  try {
    manifest = await readManifest(dir);
  } catch (error) {
    const coded = AuseqError.from(error);
    problem = coded.code === 'AU_ASSETS_NOT_FOUND' ? `${manifestName} is missing` : coded.why;
  }
  const files = await Promise.all(
    assetFiles.map(async ({ name, holds, without }): Promise<AssetFileStatus> => {
      const found = await stat(join(dir, name)).catch(() => null);
      const wanted = manifest?.files[name]?.bytes;
      const state = !found ? 'missing' : wanted !== undefined && wanted !== found.size ? 'wrong size' : 'found';
      return { name, state, bytes: found?.size ?? 0, holds, costs: state === 'found' ? '' : without };
    }),
  );
  return {
    dir,
    complete: manifest !== null && files.every(({ state }) => state === 'found'),
    kind: manifest?.kind ?? null,
    preset: manifest?.preset ?? null,
    sha256: manifest?.sha256 ?? null,
    calibration: manifest?.calibration ?? null,
    problem,
    files,
  };
}
