import { createHash } from 'node:crypto';
import { access, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as wait } from 'node:timers/promises';
import { denseCounts } from './check-frame.js';
import { badSample, decodeImage, decodeMask, decodePoints, type MaskResize } from './decode-frame.js';
import { imageEndings, type Tree, treeFolder } from './tree.js';

/** What one sample is decoded from: W consecutive frames of a sequence. */
export interface SampleJob {
  readonly root: string;
  readonly sequence: string;
  readonly stems: readonly string[];
  readonly imageSize: number;
  readonly denseIndices: readonly number[];
  /** False: mask files are not read, the mask is all ones. */
  readonly useMask: boolean;
  /** For masks of another size than the picture; nearest if left out. */
  readonly maskResize?: MaskResize;
}

/** A decoded sample as it travels between threads: pictures stay bytes, a quarter of the floats. */
export interface DecodedSample {
  readonly contentHash: string;
  readonly image: Uint8Array; // [W,S,S,3] RGB
  readonly mask: Uint8Array; // [W,S,S] values 0, 1, 2
  readonly landmark: Float32Array; // [W,68,3]
  readonly landmarkDense: Float32Array; // [W,105,3]
}

/** Pauses before reading a failed sample again: a network file system may have been away for a moment. */
const retryPausesMs = [50, 200, 1000];

/** Reads and decodes the frames; tries again three times, then throws the last AU_DATA_SAMPLE. */
export async function decodeSample(job: SampleJob): Promise<DecodedSample> {
  for (const pause of retryPausesMs) {
    try {
      return await decodeOnce(job);
    } catch {
      await wait(pause);
    }
  }
  return decodeOnce(job);
}

async function decodeOnce(job: SampleJob): Promise<DecodedSample> {
  const { root, sequence, stems, imageSize: size, denseIndices, useMask, maskResize } = job;
  const frames = stems.length;
  const hash = createHash('sha256');
  const image = new Uint8Array(frames * size * size * 3);
  const mask = new Uint8Array(frames * size * size);
  const landmark = new Float32Array(frames * 68 * 3);
  const landmarkDense = new Float32Array(frames * denseIndices.length * 3);
  for (const [i, stem] of stems.entries()) {
    const file = (tree: Tree, name: string) => join(treeFolder(root, sequence, tree), name);
    const read = async (path: string) => {
      const bytes = await readFile(path).catch((cause: unknown) => {
        throw badSample(path, 'the file cannot be read', cause);
      });
      hash.update(`${bytes.length}\n`).update(bytes);
      return bytes;
    };
    const picture = await existing(imageEndings.map((ending) => file('images', stem + ending)));
    image.set(await decodeImage(await read(picture), size, picture), i * size * size * 3);
    const kpts = file('kpts', `${stem}.npy`);
    landmark.set(decodePoints(await read(kpts), [68], kpts), i * 68 * 3);
    const dense = file('kpts_dense', `${stem}.npy`);
    const points = decodePoints(await read(dense), denseCounts, dense);
    for (const [k, index] of denseIndices.entries())
      landmarkDense.set(points.subarray(3 * index, 3 * index + 3), (i * denseIndices.length + k) * 3);
    const labels = file('masks', `${stem}.npy`);
    // The legacy rule for a frame without a mask (model-facts §6.3); the manifest's builder has named such frames.
    const values =
      useMask && (await exists(labels)) ? decodeMask(await read(labels), size, labels, maskResize) : allOnes(size);
    mask.set(values, i * size * size);
  }
  return { contentHash: hash.digest('hex'), image, mask, landmark, landmarkDense };
}

const allOnes = (size: number): Uint8Array => new Uint8Array(size * size).fill(1);

async function existing(paths: readonly string[]): Promise<string> {
  for (const path of paths) if (await exists(path)) return path;
  throw badSample(paths[0]!, `there is no such file, nor one with another ending of ${imageEndings.join(' ')}`);
}

function exists(path: string): Promise<boolean> {
  return access(path).then(
    () => true,
    () => false,
  );
}
