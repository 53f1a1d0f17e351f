import { ibugIndices } from '../assets/standin/ibug-indices.js';
import { stableCrop, toCrop } from '../data/crop.js';
import { createFaceDetector } from '../data/face-detector.js';
import type { Cut } from '../data/frame.js';
import { badVideo } from '../data/video.js';
import { visible } from '../data/write-frame.js';
import type { FrameSource } from './frame-source.js';
import { packFloats, unpackFloats } from './pack-floats.js';
import { frameName, type WorkFolder } from './work-folder.js';

/** What was seen in a frame: the 68 points [68,3] in the crop, or why there are none. */
export interface FaceSight {
  readonly problem: string | null;
  readonly landmarks: Float32Array | null;
}

export interface Faces {
  readonly sights: readonly FaceSight[];
  /** The square of the given frames that the networks see; null where no face was found. */
  readonly crop: Cut | null;
}

export interface Watching {
  readonly onProgress: (phase: string, done: number, total: number) => void;
  readonly onWarning: (message: string) => void;
  readonly signal: AbortSignal;
}

interface Stored {
  readonly problem: string | null;
  readonly mesh: string | null;
}

/** Face and mesh of every frame and one crop, as `auseq dataset prepare` finds them: frames without exactly one face count as not seen. */
export async function findFaces(source: FrameSource, work: WorkFolder, watching: Watching): Promise<Faces> {
  if (source.landmarks) return preparedFaces(source, source.landmarks);
  const stored = (await work.read<Stored[]>('faces.json')) ?? (await lookForFaces(source, work, watching));
  const meshes = stored.map(({ mesh }) => (mesh === null ? null : unpackFloats(mesh)));
  const seen = meshes.filter((mesh) => mesh !== null);
  if (seen.length === 0) return { sights: stored.map(({ problem }) => ({ problem, landmarks: null })), crop: null };
  const crop = stableCrop(seen);
  const sights = meshes.map((mesh, i) => ({
    problem: stored[i]!.problem,
    landmarks: mesh && visible(pick68(toCrop(mesh, crop))),
  }));
  return { sights, crop };
}

function preparedFaces({ width, height }: FrameSource, landmarks: readonly Float32Array[]): Faces {
  return {
    sights: landmarks.map((one) => ({ problem: null, landmarks: one })),
    crop: { x: width / 2, y: height / 2, side: width, angle: 0 },
  };
}

async function lookForFaces(source: FrameSource, work: WorkFolder, watching: Watching): Promise<Stored[]> {
  const { onProgress, onWarning, signal } = watching;
  const detector = await createFaceDetector();
  const found: Stored[] = [];
  onProgress('find faces', 0, source.count);
  try {
    for await (const frame of source.frames(signal, (text) => onWarning(`ffmpeg: ${text}`))) {
      signal.throwIfAborted();
      const name = `${frameName(found.length)}.json`;
      let one = await work.read<Stored>('faces', name);
      if (!one) {
        const { faces, mesh } = await detector.look(frame);
        const problem = faces === 0 ? 'no face' : faces > 1 ? `${faces} faces` : null;
        one = { problem, mesh: problem === null && mesh ? packFloats(mesh) : null };
        await work.write(one, 'faces', name);
      }
      found.push(one);
      onProgress('find faces', found.length, source.count);
    }
  } finally {
    detector.close();
  }
  if (found.length === 0) throw badVideo(source.path, 'not one frame could be decoded');
  await work.write(found, 'faces.json');
  return found;
}

const pick68 = (mesh: Float32Array) =>
  Float32Array.from(ibugIndices.flatMap((i) => [...mesh.subarray(3 * i, 3 * i + 3)]));
