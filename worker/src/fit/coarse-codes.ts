import { join } from 'node:path';
import { setImmediate } from 'node:timers/promises';
import type { AssetBundle } from '../assets/types.js';
import type { DatasetManifest } from '../data/types.js';
import { fitClip } from './clip-fit.js';
import { readCoarse, writeCoarse } from './coarse-cache.js';
import type { CoarseSequence } from './coarse-types.js';
import { readLandmarks } from './read-landmarks.js';
import { groupKey, spreadIndices, type VideoGroup, videoGroups } from './video-groups.js';

export type { CoarseSequence } from './coarse-types.js';

export interface CoarseOptions {
  readonly manifest: DatasetManifest;
  readonly root: string;
  readonly assets: Pick<AssetBundle, 'flame' | 'landmarks' | 'sha256'>;
  readonly cacheDir: string;
  readonly onProgress?: (done: number, total: number) => void;
  readonly signal?: AbortSignal;
}

/** Raise it when the fit's result changes, so that cached codes are not mixed with new ones. */
const fitVersion = 1;
const shapeFrames = 160; // enough to see a head from all its sides

/**
 * Shape, cam and pose of every frame of a data set by sequence id. One video's shape comes from its train sequences only;
 * each video's result is cached on disk. Throws AU_DATA_SAMPLE for an unreadable landmark file.
 */
export async function coarseCodes(options: CoarseOptions): Promise<Map<string, CoarseSequence>> {
  const { manifest, assets, cacheDir, onProgress, signal } = options;
  const found = new Map<string, CoarseSequence>();
  const groups = videoGroups(manifest);
  for (const [done, group] of groups.entries()) {
    signal?.throwIfAborted();
    onProgress?.(done, groups.length);
    const path = join(cacheDir, `${groupKey(group, assets.sha256, fitVersion)}.safetensors`);
    let codes = await readCoarse(path, group);
    if (!codes) {
      codes = await fitGroup(options, group);
      await writeCoarse(path, codes);
    }
    for (const [id, sequence] of codes) found.set(id, sequence);
    await setImmediate();
  }
  onProgress?.(groups.length, groups.length);
  return found;
}

async function fitGroup(
  { root, assets, signal }: CoarseOptions,
  group: VideoGroup,
): Promise<Map<string, CoarseSequence>> {
  const frames = new Map<string, Float32Array[]>();
  for (const sequence of group.sequences) {
    signal?.throwIfAborted();
    frames.set(sequence.id, await readLandmarks(root, sequence));
  }
  const { flame, landmarks } = assets;
  const train = group.fitted.flatMap(({ id }) => frames.get(id)!);
  const chosen = spreadIndices(train.length, shapeFrames).map((i) => train[i]!);
  const { shape } = fitClip({ flame, landmarks, frames: chosen });
  const codes = new Map<string, CoarseSequence>();
  for (const { id } of group.sequences) {
    signal?.throwIfAborted();
    const fit = fitClip({ flame, landmarks, frames: frames.get(id)!, shape });
    codes.set(id, {
      shape: Float32Array.from(shape),
      cam: fit.frames.map(({ cam }) => Float32Array.from(cam)),
      pose: fit.frames.map(({ pose }) => Float32Array.from(pose)),
    });
    await setImmediate();
  }
  return codes;
}
