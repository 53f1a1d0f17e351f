import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { loadAssets } from '../../assets/load.js';
import { randomStream } from '../../assets/standin/random.js';
import type { AssetBundle } from '../../assets/types.js';
import { encodeNpy } from '../npy.js';
import { publishSequences } from '../publish-sequences.js';
import { sequenceId, treeFolder } from '../tree.js';
import type { DatasetManifest, Source, Split } from '../types.js';
import { makeSequenceFolders, stemAt, writeFrame } from '../write-frame.js';
import { createFaceRenderer } from './face-renderer.js';
import { type FaceCodes, type FaceMiddle, sequenceCodes } from './motion.js';
import { type Background, synthFrame } from './synth-frame.js';

export interface SynthOptions {
  readonly assets: string;
  readonly root: string;
  readonly sequences: number;
  readonly frames: number;
  readonly seed: number;
  readonly source: Source;
  readonly imageSize: number;
  readonly onProgress?: (phase: string, done: number, total: number) => void;
  readonly signal?: AbortSignal;
}

/** Of so many sequences, the last is for validation. */
const validationEvery = 5;

/**
 * Renders sequences of the assets' head with known codes, so that landmarks are exact; the codes lie beside the usual trees
 * in `codes/`, one .npy [236] a frame: shape, tex, exp, pose, cam, light (model-facts §2.1).
 */
export async function synthDataset(options: SynthOptions): Promise<DatasetManifest> {
  const { root, sequences, frames, seed, imageSize, source, signal, onProgress } = options;
  const assets = await loadAssets(options.assets);
  const renderer = createFaceRenderer(assets);
  const middle = middleOf(assets);
  const idAt = (index: number) => sequenceName(source, seed, index);
  try {
    return await publishSequences({
      root,
      replaces: (id) => Array.from({ length: sequences }, (_, index) => idAt(index)).includes(id),
      signal,
      async write(folder) {
        const splits: Record<string, Split> = {};
        for (let index = 0; index < sequences; index++) {
          const id = idAt(index);
          splits[id] = index % validationEvery === validationEvery - 1 ? 'val' : 'train';
          await makeSequenceFolders(folder, id);
          await mkdir(codesFolder(folder, id), { recursive: true });
          const background = backgroundOf(seed, index);
          for (const [t, codes] of sequenceCodes(seed, index, frames, middle).entries()) {
            signal?.throwIfAborted();
            const face = renderer.render(codes, imageSize);
            const content = synthFrame(face, background, assets.landmarks.denseIndices, imageSize);
            await writeFrame(folder, id, stemAt(t), content);
            await writeFile(join(codesFolder(folder, id), `${stemAt(t)}.npy`), encodeNpy(flatCodes(codes)));
            onProgress?.('render frames', index * frames + t + 1, sequences * frames);
          }
        }
        return { splits };
      },
    });
  } finally {
    renderer.close();
  }
}

function sequenceName(source: Source, seed: number, index: number): string {
  if (source === 'affwild2') return sequenceId(source, `synth${seed}_sequence`, String(index + 1));
  return sequenceId(source, `S${String(seed).padStart(3, '0')}`, 'neutral', 'level_1', stemAt(index).slice(-3));
}

const codesFolder = (root: string, id: string): string => treeFolder(root, id, 'codes');

function flatCodes({ shape, tex, exp, pose, cam, light }: FaceCodes) {
  const data = Float32Array.from([...shape, ...tex, ...exp, ...pose, ...cam, ...light]);
  return { shape: [data.length], data };
}

/** The mean of the landmarks on the template, metres. */
function middleOf({ flame, landmarks }: AssetBundle): FaceMiddle {
  const mean = (axis: number) => {
    let sum = 0;
    for (const [k, face] of landmarks.fullFaces.entries())
      for (let corner = 0; corner < 3; corner++)
        sum += landmarks.fullBary[3 * k + corner]! * flame.template[3 * flame.faces[3 * face + corner]! + axis]!;
    return sum / landmarks.fullFaces.length;
  };
  return { x: mean(0), y: mean(1) };
}

function backgroundOf(seed: number, index: number): Background {
  const random = randomStream(seed, `background ${index}`);
  const colour = () => [0.2 + 0.6 * random(), 0.2 + 0.6 * random(), 0.2 + 0.6 * random()];
  return [colour(), colour()];
}
