import { createHash, randomUUID } from 'node:crypto';
import { mkdir, rename, rm, writeFile } from 'node:fs/promises';
import { basename, dirname, join, resolve } from 'node:path';
import { resNetShapes } from '../model/networks/resnet-shape.js';
import { writeSafetensors } from '../model/safetensors.js';
import { manifestName, networkFile, networkNames, structFiles } from './asset-files.js';
import { type AssetsManifest, bundleHash, type FileRecord } from './assets-manifest.js';
import type { CalibrationImages } from './calibration-images.js';
import { flameStandin } from './standin/flame-standin.js';
import { buildHeadMesh } from './standin/head-mesh.js';
import { standinLandmarks } from './standin/landmark-embeddings.js';
import { standinNetwork } from './standin/networks-standin.js';
import { ownPictures } from './standin/own-pictures.js';
import { standinTexture, standinUvMasks } from './standin/texture-standin.js';
import { structToTensors } from './struct-tensors.js';

export interface SynthesizeOptions {
  readonly out: string;
  readonly preset: 'legacy' | 'tiny';
  readonly seed: number;
  readonly calibrationImages?: CalibrationImages | undefined;
  readonly onProgress?: (phase: string, done: number, total: number) => void;
  readonly signal?: AbortSignal;
}

const ownPictureCount = 16;

/**
 * Writes stand-ins for all licensed files in their real shapes, made from `seed` alone (and the calibration pictures).
 * The folder appears whole: it is written beside `out` and renamed; an older one is replaced.
 */
export async function synthesizeAssets(options: SynthesizeOptions): Promise<AssetsManifest> {
  const { preset, seed, onProgress, signal } = options;
  const out = resolve(options.out);
  const draft = join(dirname(out), `.${basename(out)}.${randomUUID()}`);
  const total = 4 + networkNames.length;
  const files: Record<string, FileRecord> = {};
  const write = async (name: string, tensors: Parameters<typeof writeSafetensors>[0]): Promise<void> => {
    signal?.throwIfAborted();
    const bytes = writeSafetensors(tensors);
    await writeFile(join(draft, name), bytes);
    files[name] = { sha256: createHash('sha256').update(bytes).digest('hex'), bytes: bytes.length };
    onProgress?.(name, Object.keys(files).length, total);
  };
  try {
    await mkdir(draft, { recursive: true });
    const mesh = buildHeadMesh(seed);
    await write(structFiles.flame, structToTensors('flame', flameStandin(mesh, seed)));
    await write(structFiles.landmarks, structToTensors('landmarks', standinLandmarks(mesh.skin)));
    const texture = standinTexture(seed);
    await write(structFiles.texture, structToTensors('texture', texture));
    await write(structFiles.uvMasks, structToTensors('uvMasks', standinUvMasks()));
    const size = resNetShapes[preset].image;
    const pictures = options.calibrationImages ?? {
      data: ownPictures(texture, ownPictureCount, size, seed),
      count: ownPictureCount,
      size,
      dataset: null,
      labels: null,
    };
    for (const name of networkNames) {
      const weights = await standinNetwork(name, preset, seed, pictures);
      await write(
        networkFile(name),
        [...weights].map(([key, array]) => ({ name: key, ...array })),
      );
    }
    const manifest: AssetsManifest = {
      version: 1,
      kind: 'stand-in',
      preset,
      seed,
      calibration: pictures.dataset,
      files,
      sha256: bundleHash(files),
    };
    await writeFile(join(draft, manifestName), `${JSON.stringify(manifest, null, 2)}\n`);
    await replaceFolder(draft, out);
    return manifest;
  } finally {
    await rm(draft, { recursive: true, force: true });
  }
}

/** Puts a finished folder in place of an older one, which is moved aside first and removed last. */
async function replaceFolder(draft: string, out: string): Promise<void> {
  const old = `${draft}.old`;
  const moved = await rename(out, old).then(
    () => true,
    () => false,
  );
  await rename(draft, out);
  if (moved) await rm(old, { recursive: true, force: true });
}
