import { readdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { assetFiles } from '../assets/asset-files.js';
import { readManifest } from '../assets/assets-manifest.js';
import { readVerified } from '../assets/read-verified.js';
import { synthesizeAssets } from '../assets/synthesize.js';
import { writeAssets } from '../assets/write-assets.js';
import { decodeNpy, encodeNpy } from '../data/npy.js';
import { synthDataset } from '../data/synth/synth-dataset.js';
import { treeFolder } from '../data/tree.js';

/** First row of pose and camera, behind shape 100, tex 50, exp 50 in E_flame's codes. */
const firstRow = 200;
/** A head that fills the picture, turned a little, its mouth open: root, jaw, camera. */
const poseAndCamera = [0.1, 0.25, -0.05, 0.15, 0.01, 0, 8, 0, 0.02];
/** What is left of the random network's own say in them. */
const own = 0.003;

/**
 * The files that the stored PyTorch steps were computed from, made anew from seeds: small networks whose E_flame faces the
 * camera, and three sequences of 64 pixels, one with smaller masks. The same on every machine up to rounding.
 */
export async function makeParityInputs(folder: string): Promise<{ assets: string; data: string; sequences: string[] }> {
  const plain = join(folder, 'plain');
  const assets = join(folder, 'assets');
  const data = join(folder, 'data');
  await synthesizeAssets({ out: plain, preset: 'tiny', seed: 2 });
  const { files, sha256: _, version: __, ...origin } = await readManifest(plain);
  await writeAssets(assets, async (write) => {
    for (const { name } of assetFiles) {
      const arrays = [...readVerified(join(plain, name), files[name]!)].map(([key, array]) => ({
        name: key,
        ...array,
      }));
      await write(name, arrays.map(changes[name] ?? ((array) => array)));
    }
    return origin;
  });
  const common = { assets: plain, root: data, sequences: 3, frames: 4, seed: 1, imageSize: 64 };
  const { sequences } = await synthDataset({ ...common, source: 'affwild2' });
  const ids = sequences.map(({ id }) => id);
  await shrinkMasks(treeFolder(data, ids[0]!, 'masks'));
  return { assets, data, sequences: ids };
}

/** Masks of another size than the pictures, for what the loader does with them. */
async function shrinkMasks(folder: string): Promise<void> {
  for (const name of await readdir(folder)) {
    const file = join(folder, name);
    const { shape, data } = decodeNpy(await readFile(file), file);
    const [height, width] = [shape[0]! - 24, shape[1]! - 16];
    const small = Uint8Array.from({ length: height * width }, (_, i) =>
      Number(data[Math.floor(i / width) * shape[1]! + (i % width)]),
    );
    await writeFile(file, encodeNpy({ shape: [height, width], data: small }));
  }
}

type Named = { name: string; shape: readonly number[]; data: Float32Array | Int32Array };

const changes: Readonly<Record<string, (array: Named) => Named>> = {
  'e_flame.safetensors': facing,
  'texture.safetensors': smooth,
};

/**
 * A texture without noise. With noise the gradient jumps wherever a pixel's sample crosses from one texel into the next:
 * PyTorch's own then changes by a tenth where vertices move by 1e-8, and there is nothing to compare.
 */
function smooth(array: Named): Named {
  const [height, width] = array.shape as [number, number];
  const channels = array.data.length / (height * width);
  const rows = blurLines(Float32Array.from(array.data), height, width, width * channels, channels, channels);
  return { ...array, data: blurLines(rows, width, height, channels, width * channels, channels) };
}

/** Means of 17 neighbours along the second axis of lines; beyond the border its last value counts. */
function blurLines(
  data: Float32Array,
  lines: number,
  length: number,
  lineStride: number,
  stride: number,
  channels: number,
): Float32Array {
  const out = new Float32Array(data.length);
  const reach = 8;
  for (let line = 0; line < lines; line++)
    for (let channel = 0; channel < channels; channel++) {
      const at = (i: number) => line * lineStride + Math.min(length - 1, Math.max(0, i)) * stride + channel;
      let sum = 0;
      for (let i = -reach; i < reach; i++) sum += data[at(i)]!;
      for (let i = 0; i < length; i++) {
        sum += data[at(i + reach)]!;
        out[at(i)] = sum / (2 * reach + 1);
        sum -= data[at(i - reach)]!;
      }
    }
  return out;
}

function facing<T extends Named>(array: T): T {
  if (!array.name.startsWith('layers.2.')) return array;
  const width = array.name.endsWith('weight') ? array.shape[1]! : 1;
  const data = Float32Array.from(array.data);
  for (const [i, value] of poseAndCamera.entries())
    for (let at = (firstRow + i) * width; at < (firstRow + i + 1) * width; at++)
      data[at] = width === 1 ? value : data[at]! * own;
  return { ...array, data };
}
