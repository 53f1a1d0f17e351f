import { resNetShapes } from '../model/networks/resnet-shape.js';
import { networkFile, networkNames, structFiles } from './asset-files.js';
import type { AssetsManifest } from './assets-manifest.js';
import type { CalibrationImages } from './calibration-images.js';
import { flameStandin } from './standin/flame-standin.js';
import { buildHeadMesh } from './standin/head-mesh.js';
import { standinLandmarks } from './standin/landmark-embeddings.js';
import { standinNetwork } from './standin/networks-standin.js';
import { ownPictures } from './standin/own-pictures.js';
import { standinTexture, standinUvMasks } from './standin/texture-standin.js';
import { structToTensors } from './struct-tensors.js';
import { type WriteAsset, writeAssets } from './write-assets.js';

export interface SynthesizeOptions {
  readonly out: string;
  readonly preset: 'legacy' | 'tiny';
  readonly seed: number;
  readonly calibrationImages?: CalibrationImages | undefined;
  readonly onProgress?: (phase: string, done: number, total: number) => void;
  readonly signal?: AbortSignal;
}

const ownPictureCount = 16;

/** Writes stand-ins for all licensed files in their real shapes, made from `seed` alone (and the calibration pictures). */
export function synthesizeAssets(options: SynthesizeOptions): Promise<AssetsManifest> {
  const { out, preset, seed, onProgress, signal } = options;
  const total = 4 + networkNames.length;
  let done = 0;
  return writeAssets(out, async (writeFile) => {
    const write: WriteAsset = async (name, tensors) => {
      signal?.throwIfAborted();
      await writeFile(name, tensors);
      onProgress?.(name, ++done, total);
    };
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
    return { kind: 'stand-in', preset, seed, calibration: pictures.dataset };
  });
}
