import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { pathToFileURL } from 'node:url';
import type { Config, FaceResult, Human as HumanClass } from '@vladmandic/human';
import { tf } from '../tensor/tf.js';
import { alignedCut, averageMesh, type FaceMesh, meshFromCut, meshPoints } from './face-mesh.js';
import { type Cut, type Frame, sampleCut } from './frame.js';

/** What is seen in one frame. */
export interface FaceSight {
  /** Faces that count: those at least a third as large as the largest. */
  readonly faces: number;
  /** The mesh of the largest face; null without one. */
  readonly mesh: FaceMesh | null;
}

export interface FaceDetector {
  look(frame: Frame): Promise<FaceSight>;
  close(): void;
}

/** A smaller second face is background, not a second person to choose from. */
const backgroundShare = 1 / 3;
const minConfidence = 0.5;
/** Slightly different cuts whose meshes are averaged: the network's own jitter from frame to frame shrinks. */
const cutScales = [0.93, 0.98, 1.03, 1.08];
/** The first cut comes from the detector's rough mesh, the second from the first's. */
const rounds = 2;

/** Faces and their 468 points with `@vladmandic/human`: every frame by itself, nothing kept from the frame before. */
export async function createFaceDetector(): Promise<FaceDetector> {
  const require = createRequire(import.meta.url);
  const folder = dirname(require.resolve('@vladmandic/human'));
  // The build for tfjs-node-gpu, which shares our TensorFlow; the package exports it under no usable name.
  const { Human } = require(join(folder, 'human.node-gpu.js')) as { Human: typeof HumanClass };
  const human = new Human(settings(`${pathToFileURL(join(folder, '..', 'models')).href}/`));
  await human.load();
  const network = (human.models as unknown as { models: { facemesh: MeshNetwork } }).models.facemesh;
  const size = network.inputs[0]!.shape![2]!;
  return {
    async look(frame) {
      const faces = await findFaces(human, frame);
      const largest = Math.max(0, ...faces.map(sideOf));
      const main = faces.find((face) => sideOf(face) === largest);
      const counted = faces.filter((face) => sideOf(face) >= backgroundShare * largest).length;
      if (!main) return { faces: 0, mesh: null };
      let mesh = roughMesh(main);
      for (let round = 0; round < rounds; round++) mesh = refine(network, size, frame, mesh);
      return { faces: counted, mesh };
    },
    close: () => human.reset(),
  };
}

interface MeshNetwork {
  readonly inputs: { shape?: number[] }[];
  execute(input: unknown): { shape: number[]; dataSync(): Float32Array; dispose(): void }[];
}

/** Human misplaces boxes in pictures that are not square: it gets a square, filled up on the right or below. */
function squared({ width, height, data }: Frame): tf.Tensor4D {
  const side = Math.max(width, height);
  return tf.tidy(() =>
    tf
      .tensor3d(data, [height, width, 3], 'int32')
      .toFloat()
      .pad([
        [0, side - height],
        [0, side - width],
        [0, 0],
      ])
      .expandDims<tf.Tensor4D>(0),
  );
}

async function findFaces(human: HumanClass, frame: Frame): Promise<FaceResult[]> {
  const input = squared(frame);
  try {
    const { face, error } = await human.detect(input as never);
    if (error) throw new Error(`the face detector failed: ${error}`);
    return face.filter(({ mesh }) => mesh.length >= meshPoints);
  } finally {
    input.dispose();
  }
}

const sideOf = ({ box }: FaceResult): number => Math.max(box[2], box[3]);

function roughMesh({ mesh, size }: FaceResult): FaceMesh {
  // Human rounds points down to whole pixels and leaves z in pixels of its 256 input.
  const depth = Math.max(...size) / 256;
  return Float32Array.from(mesh.slice(0, meshPoints).flatMap(([x, y, z]) => [x + 0.5, y + 0.5, (z ?? 0) * depth]));
}

function refine(network: MeshNetwork, size: number, frame: Frame, mesh: FaceMesh): FaceMesh {
  const aligned = alignedCut(mesh);
  const cuts = cutScales.map((scale): Cut => ({ ...aligned, side: aligned.side * scale }));
  const pixels = new Float32Array(cuts.length * size * size * 3);
  for (const [i, cut] of cuts.entries()) sampleCut(frame, cut, size, pixels, i * size * size * 3);
  const input = tf.tensor4d(
    pixels.map((value) => value / 255),
    [cuts.length, size, size, 3],
  );
  const outputs = network.execute(input);
  input.dispose();
  const points = outputs.find(({ shape }) => shape.at(-1) === 3 * meshPoints)!.dataSync();
  for (const output of outputs) output.dispose();
  return averageMesh(cuts.map((cut, i) => meshFromCut(points, i * 3 * meshPoints, cut, size)));
}

function settings(modelBasePath: string): Partial<Config> {
  const off = { enabled: false };
  return {
    backend: 'tensorflow',
    modelBasePath,
    debug: false,
    async: false,
    warmup: 'none',
    cacheSensitivity: 0,
    validateModels: false,
    filter: off,
    gesture: off,
    body: off,
    hand: off,
    object: off,
    segmentation: off,
    face: {
      enabled: true,
      detector: {
        rotation: true,
        maxDetected: 5,
        minConfidence,
        iouThreshold: 0.1,
        skipFrames: 0,
        skipTime: 0,
        square: true,
      },
      mesh: { enabled: true },
      attention: off,
      iris: off,
      description: off,
      emotion: off,
      antispoof: off,
      liveness: off,
    },
  } as Partial<Config>;
}
