import { mkdir, rename, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { setImmediate } from 'node:timers/promises';
import type { AssetBundle } from '../assets/types.js';
import type { Cut } from '../data/frame.js';
import type { NpyArray } from '../data/npy.js';
import type { AuScorer } from './au-scores.js';
import { joinTiles, sheetFrames } from './draw-frames.js';
import { encodeVideo } from './encode-video.js';
import { faceTexture, meanOf } from './face-texture.js';
import type { Watching } from './find-faces.js';
import { type FrameCodes, partsOf } from './frame-codes.js';
import type { FrameSource } from './frame-source.js';
import { encodeGlb } from './glb-file.js';
import type { InferSession } from './infer-session.js';
import { encodeNpz } from './npz.js';
import { materialFile, materialText, objText, textureFile } from './obj-file.js';
import type { FramePlan } from './plan-gaps.js';
import { frameName, type WorkFolder } from './work-folder.js';
import { makeWhole, writeWhole } from './write-whole.js';

export interface Results extends Watching {
  readonly out: string;
  readonly source: FrameSource;
  readonly crop: Cut;
  readonly plans: readonly FramePlan[];
  readonly problems: readonly (string | null)[];
  readonly codes: readonly (FrameCodes | null)[];
  /** [68,3] in the crop. */
  readonly points: readonly (Float32Array | null)[];
  readonly scorer: AuScorer;
  readonly assets: AssetBundle;
  readonly work: WorkFolder;
  readonly session: () => InferSession;
}

/** Points of the crop as pixels [68,2] of the original frame: x right, y down, (0,0) its upper left corner. */
export function originalPixels(
  points: Float32Array,
  { x, y, side }: Cut,
  { width, height, original }: Pick<FrameSource, 'width' | 'height' | 'original'>,
): Float32Array {
  const across = original.width / width;
  const down = original.height / height;
  return Float32Array.from({ length: (points.length / 3) * 2 }, (_, i) => {
    const value = points[3 * (i >> 1) + (i & 1)]!;
    return i & 1 ? (y + (value * side) / 2) * down : (x + (value * side) / 2) * across;
  });
}

/** `parameters.jsonl`, `parameters.npz`, `au.csv`, `overlay.mp4` and `sheet.png`, each written as a whole. */
export async function writeResults(results: Results): Promise<string[]> {
  const { out, source, plans, crop, points, work } = results;
  const landmarks = points.map((one) => one && originalPixels(one, crop, source));
  await writeWhole(join(out, 'parameters.jsonl'), parameterLines(results, landmarks));
  await writeWhole(join(out, 'parameters.npz'), encodeNpz(parameterArrays(results, landmarks)));
  await writeWhole(join(out, 'au.csv'), auTable(results));
  results.onProgress('encode video', 0, 1);
  await encodeVideo(work.file('drawn', '%06d.png'), source.fps, join(out, 'overlay.mp4'), results.signal);
  results.onProgress('encode video', 1, 1);
  const tiles = sheetFrames(plans).map((frame) => work.file('drawn', `${frameName(frame)}.tile.png`));
  await makeWhole(join(out, 'sheet.png'), (draft) => joinTiles(tiles, draft));
  return ['parameters.jsonl', 'parameters.npz', 'au.csv', 'overlay.mp4', 'sheet.png'];
}

function parameterLines({ source, plans, codes, problems }: Results, landmarks: readonly (Float32Array | null)[]) {
  const lines = plans.map(({ state }, frame) => {
    const one = codes[frame];
    const parts = one && partsOf(one);
    const rows = (values: Float32Array, width: number) =>
      Array.from({ length: values.length / width }, (_, i) => [...values.subarray(i * width, (i + 1) * width)]);
    const place = landmarks[frame];
    return JSON.stringify({
      frame: frame + 1,
      time: frame / source.fps,
      state,
      reason: problems[frame] ?? null,
      exp: parts ? [...parts.exp] : null,
      tex: parts ? [...parts.tex] : null,
      light: parts ? rows(parts.light, 3) : null,
      shape: one ? [...one.shape] : null,
      pose: one ? [...one.pose] : null,
      cam: one ? [...one.cam] : null,
      landmarks: place ? rows(place, 2) : null,
    });
  });
  return `${lines.join('\n')}\n`;
}

const stateNumber = { lost: 0, interpolated: 1, ok: 2 } as const;

/** Stacked over the frames; NaN where a frame is lost. `state` is 0 lost, 1 interpolated, 2 ok; `crop` is x, y, side in original pixels. */
function parameterArrays(
  { source, plans, codes, crop, scorer }: Results,
  landmarks: readonly (Float32Array | null)[],
): Record<string, NpyArray> {
  const count = plans.length;
  const stack = (shape: number[], of: (frame: number) => Float32Array | null | undefined): NpyArray => {
    const size = shape.reduce((product, side) => product * side, 1);
    const data = new Float32Array(count * size).fill(Number.NaN);
    for (let frame = 0; frame < count; frame++) {
      const values = of(frame);
      if (values) data.set(values, frame * size);
    }
    return { shape: [count, ...shape], data };
  };
  const parts = codes.map((one) => one && partsOf(one));
  const across = source.original.width / source.width;
  return {
    frame: { shape: [count], data: Int32Array.from(plans, (_, frame) => frame + 1) },
    time: { shape: [count], data: Float64Array.from(plans, (_, frame) => frame / source.fps) },
    state: { shape: [count], data: Uint8Array.from(plans, ({ state }) => stateNumber[state]) },
    exp: stack([50], (frame) => parts[frame]?.exp),
    tex: stack([50], (frame) => parts[frame]?.tex),
    light: stack([9, 3], (frame) => parts[frame]?.light),
    shape: stack([100], (frame) => codes[frame]?.shape),
    pose: stack([6], (frame) => codes[frame]?.pose),
    cam: stack([3], (frame) => codes[frame]?.cam),
    landmarks: stack([68, 2], (frame) => landmarks[frame]),
    au: stack([scorer.columns.length], (frame) => codes[frame]?.aus),
    crop: {
      shape: [3],
      data: Float64Array.of(crop.x * across, (crop.y * source.original.height) / source.height, crop.side * across),
    },
  };
}

/** One row a frame; the method stands in each, so that no reader takes similarities for activations. Lost frames have empty cells. */
function auTable({ source, plans, codes, scorer }: Results): string {
  const rows = plans.map(({ state }, frame) => {
    const aus = codes[frame]?.aus;
    const cells = scorer.columns.map((_, i) => (aus ? aus[i]!.toFixed(6) : ''));
    return [frame + 1, (frame / source.fps).toFixed(4), state, scorer.method, ...cells].join(',');
  });
  return `${[['frame', 'time', 'state', 'method', ...scorer.columns].join(','), ...rows].join('\n')}\n`;
}

/** `meshes/`: one obj a frame that is not lost, and the material and texture they share. The folder appears as a whole. */
export async function writeMeshes(results: Results): Promise<string> {
  const { out, codes, assets, session, signal, onProgress } = results;
  const folder = join(out, 'meshes');
  const draft = `${folder}.${process.pid}.part`;
  try {
    await mkdir(draft, { recursive: true });
    await writeFile(join(draft, textureFile), await clipTexture(results));
    await writeFile(join(draft, materialFile), materialText);
    for (const [frame, one] of codes.entries()) {
      onProgress('meshes', frame, codes.length);
      if (!one) continue;
      const { vertices } = session().decode(one, partsOf(one).exp);
      await writeFile(join(draft, `${frameName(frame)}.obj`), objText(assets.flame, vertices));
      await setImmediate();
      signal.throwIfAborted();
    }
    onProgress('meshes', codes.length, codes.length);
    await rm(folder, { recursive: true, force: true });
    await rename(draft, folder);
  } finally {
    await rm(draft, { recursive: true, force: true });
  }
  return 'meshes';
}

/** `face.glb`: shape and texture are the means over the seen frames; lost frames have no keys, so viewers move straight across them. */
export async function writeGlb(results: Results): Promise<string> {
  const { out, codes, source, assets, plans } = results;
  const seen = codes.filter((one, frame) => one !== null && plans[frame]!.state === 'ok') as FrameCodes[];
  const keys = codes.flatMap((one, frame) =>
    one ? [{ time: frame / source.fps, exp: partsOf(one).exp, pose: one.pose }] : [],
  );
  const shape = meanOf(seen.map((one) => one.shape));
  const glb = await encodeGlb({ flame: assets.flame, shape, texture: await clipTexture(results), keys });
  await writeWhole(join(out, 'face.glb'), glb);
  return 'face.glb';
}

function clipTexture({ codes, assets }: Results): Promise<Uint8Array> {
  const tex = codes.flatMap((one) => (one ? [partsOf(one).tex] : []));
  return faceTexture(assets.texture, meanOf(tex));
}
