import { AuseqError } from '@auseq/proto/errors';
import { ibugIndices } from '../assets/standin/ibug-indices.js';
import { clipNames } from './clip-names.js';
import { stableCrop, toCrop } from './crop.js';
import { createFaceDetector } from './face-detector.js';
import type { FaceMesh } from './face-mesh.js';
import { type Cut, type Frame, sampleCut } from './frame.js';
import { labelMap } from './label-map.js';
import { writeClipReport } from './prepare-report.js';
import { publishSequences } from './publish-sequences.js';
import { decideSegments, type Segment } from './segments.js';
import type { DatasetManifest, Source, Split } from './types.js';
import { openVideo, otherFrameCount, type Video } from './video.js';
import { type FrameContent, makeSequenceFolders, stemAt, visible, writeFrame } from './write-frame.js';

export interface PrepareOptions {
  readonly video: string;
  readonly root: string;
  readonly source: Source;
  readonly id: string;
  /** Share of the clip, at its end, that is kept for validation: 0..1. */
  readonly holdout: number;
  readonly imageSize: number;
  readonly onProgress?: (phase: string, done: number, total: number) => void;
  readonly onWarning?: (message: string) => void;
  readonly signal?: AbortSignal;
}

export interface Prepared {
  readonly manifest: DatasetManifest;
  readonly segments: readonly { id: string; split: Split; frames: string }[];
  readonly skipped: readonly { frames: string; reason: string }[];
  readonly report: string;
}

/**
 * Turns a video into sequences in the legacy trees: face and mesh of every frame, one crop for the clip, pictures, points and
 * label maps. Frames without exactly one face are left out and cut the clip; all reasons are in ROOT/report.json.
 * Throws AU_DATA_VIDEO for what is no video and AU_DATA_EMPTY where nothing is left.
 */
export async function prepareVideo(options: PrepareOptions): Promise<Prepared> {
  const { root, id } = options;
  const names = clipNames(options.source, id);
  const video = await openVideo(options.video);
  const warnings: string[] = [];
  const warn = (message: string) => {
    warnings.push(message);
    options.onWarning?.(message);
  };
  const sights = await findFaces(video, { ...options, warn });
  const { segments, skipped } = decideSegments(
    sights.map((sight) => sight.problem),
    options.holdout,
  );
  const used = segments.flatMap(({ start, end }) => sights.slice(start, end).map(({ mesh }) => mesh!));
  const crop = used.length === 0 ? null : stableCrop(used);
  const named = segments.map((segment, k) => ({ ...segment, id: names.segment(k) }));
  const listed = named.map(({ id, split, start, end }) => ({ id, split, frames: `${start}..${end - 1}` }));
  const { width, height, pixelAspect } = video.info;
  const size = { width, height, pixelAspect };
  const facts = { video: options.video, frames: sights.length, size, crop, segments: listed, skipped, warnings };
  const report = await writeClipReport(root, id, facts);
  if (crop === null) throw nothingLeft(options.video, skipped, report);
  const manifest = await publishSequences({
    root,
    replaces: names.owns,
    signal: options.signal,
    write: async (folder) => {
      for (const { id } of named) await makeSequenceFolders(folder, id);
      await writeSegments({ video, folder, segments: named, meshes: sights.map(({ mesh }) => mesh), crop }, options);
      return { splits: Object.fromEntries(named.map(({ id, split }) => [id, split])) };
    },
    onProgress: (done, total) => options.onProgress?.('check sequences', done, total),
  });
  const broken = manifest.skipped.filter((one) => names.owns(one.id));
  for (const { id, reason } of broken) warn(`${id}: ${reason}`);
  return { manifest, segments: listed, skipped, report };
}

interface Sight {
  readonly problem: string | null;
  readonly mesh: FaceMesh | null;
}

interface Watching {
  readonly onProgress?: PrepareOptions['onProgress'];
  readonly signal?: AbortSignal;
  readonly warn: (message: string) => void;
}

async function findFaces(video: Video, { onProgress, signal, warn }: Watching): Promise<Sight[]> {
  const detector = await createFaceDetector();
  const sights: Sight[] = [];
  try {
    for await (const frame of video.frames(signal, (text) => warn(`ffmpeg: ${text}`))) {
      const { faces, mesh } = await detector.look(frame);
      const problem = faces === 0 ? 'no face' : faces > 1 ? `${faces} faces` : null;
      sights.push({ problem, mesh: problem === null ? mesh : null });
      // How many frames there are is known at the end only.
      onProgress?.('find faces', sights.length, 0);
    }
  } finally {
    detector.close();
  }
  return sights;
}

interface Writing {
  readonly video: Video;
  readonly folder: string;
  readonly segments: readonly (Segment & { id: string })[];
  readonly meshes: readonly (FaceMesh | null)[];
  readonly crop: Cut;
}

/** Decodes the video again: all its frames would not fit into memory. */
async function writeSegments({ video, folder, segments, meshes, crop }: Writing, options: PrepareOptions) {
  const total = segments.reduce((sum, { start, end }) => sum + end - start, 0);
  let index = 0;
  let done = 0;
  for await (const frame of video.frames(options.signal)) {
    const segment = segments.find(({ start, end }) => start <= index && index < end);
    if (segment) {
      const content = frameContent(frame, meshes[index]!, crop, options.imageSize);
      await writeFrame(folder, segment.id, stemAt(index - segment.start), content);
      done += 1;
      options.onProgress?.('write sequences', done, total);
    }
    index += 1;
  }
  if (done !== total) throw otherFrameCount(video.path, meshes.length, index);
}

function frameContent(frame: Frame, mesh: FaceMesh, crop: Cut, size: number): FrameContent {
  const pixels = new Float32Array(size * size * 3);
  sampleCut(frame, crop, size, pixels);
  const points = toCrop(mesh, crop);
  return {
    image: Uint8Array.from(pixels, Math.round),
    landmark: visible(Float32Array.from(ibugIndices.flatMap((i) => [...points.subarray(3 * i, 3 * i + 3)]))),
    landmarkDense: visible(points),
    labels: labelMap({ mesh: points, whole: true }, size),
  };
}

function nothingLeft(video: string, skipped: readonly { frames: string; reason: string }[], report: string) {
  const reasons = skipped.slice(0, 3).map(({ frames, reason }) => `frames ${frames}: ${reason}`);
  const more = skipped.length > 3 ? ` and ${skipped.length - 3} more` : '';
  return new AuseqError('AU_DATA_EMPTY', {
    what: `no sequence came out of ${video}`,
    why: reasons.join('; ') + more,
    try: `see ${report}; a clip with one face in at least 3 frames on end is needed`,
  });
}
