import { setImmediate } from 'node:timers/promises';
import sharp from 'sharp';
import type { AssetBundle } from '../assets/types.js';
import { type Cut, type Frame, sampleCut } from '../data/frame.js';
import { otherFrameCount } from '../data/video.js';
import { spreadIndices } from '../fit/video-groups.js';
import { drawLandmarks, green } from '../render/draw-landmarks.js';
import { pictureGrid } from '../render/picture-grid.js';
import { shapeView } from '../render/shape-view.js';
import type { Watching } from './find-faces.js';
import { type FrameCodes, partsOf } from './frame-codes.js';
import type { FrameSource } from './frame-source.js';
import type { InferSession } from './infer-session.js';
import { type Colour, drawBorder, overlayHead } from './overlay.js';
import { packFloats, unpackFloats } from './pack-floats.js';
import type { FramePlan } from './plan-gaps.js';
import { frameName, type WorkFolder } from './work-folder.js';
import { writeWhole } from './write-whole.js';

export interface Drawing extends Watching {
  readonly source: FrameSource;
  readonly crop: Cut;
  readonly plans: readonly FramePlan[];
  readonly codes: readonly (FrameCodes | null)[];
  readonly assets: AssetBundle;
  readonly work: WorkFolder;
  readonly session: () => InferSession;
}

/** Each half of the overlay video is at most this wide. */
const panelWidth = 640;
const sheetColumns = 6;
const borders: Record<FramePlan['state'], Colour | null> = {
  ok: null,
  interpolated: [255, 190, 0],
  lost: [220, 0, 0],
};

/**
 * Draws `drawn/N.png` (input beside overlay) of every frame, and `drawn/N.tile.png` of a few for the contact sheet, and returns each
 * frame's 68 points [68,3] in the crop (null where it is lost). Finished frames are not drawn again.
 */
export async function drawFrames(drawing: Drawing): Promise<(Float32Array | null)[]> {
  const { source, plans, work, signal } = drawing;
  const stored = await Promise.all(
    plans.map((_, frame) => work.read<{ landmarks: string | null }>('drawn', `${frameName(frame)}.json`)),
  );
  const points = stored.map((one) => (one?.landmarks ? unpackFloats(one.landmarks) : null));
  if (stored.every((one) => one !== null)) return points;
  const tiles = new Set(sheetFrames(plans));
  let index = 0;
  drawing.onProgress('draw', index, plans.length);
  for await (const frame of source.frames(signal)) {
    if (!stored[index] && plans[index]) points[index] = await drawFrame(drawing, index, frame, tiles.has(index));
    index += 1;
    drawing.onProgress('draw', index, plans.length);
    await setImmediate();
    signal.throwIfAborted();
  }
  if (index !== plans.length) throw otherFrameCount(source.path, plans.length, index);
  return points;
}

/** Frames of the contact sheet: a few seen ones from all over the clip. */
export function sheetFrames(plans: readonly FramePlan[]): number[] {
  const seen = plans.flatMap(({ state }, frame) => (state === 'ok' ? [frame] : []));
  return spreadIndices(seen.length, sheetColumns).map((i) => seen[i]!);
}

async function drawFrame(drawing: Drawing, index: number, frame: Frame, tile: boolean): Promise<Float32Array | null> {
  const { crop, codes, plans, assets, work } = drawing;
  const one = codes[index] ?? null;
  const panel = await panelOf(frame);
  const scale = panel.width / frame.width;
  const placed: Cut = { x: crop.x * scale, y: crop.y * scale, side: crop.side * scale, angle: 0 };
  const head = one && drawing.session().decode(one, partsOf(one).exp);
  const right = head ? overlayHead(panel, placed, head, assets.flame.faces) : Uint8Array.from(panel.data);
  const border = borders[plans[index]!.state];
  if (border) drawBorder(panel.width, panel.height, right, border);
  await writeWhole(work.file('drawn', `${frameName(index)}.png`), await sideBySide(panel, right));
  if (tile && one && head) {
    const file = work.file('drawn', `${frameName(index)}.tile.png`);
    await writeWhole(file, await drawTile(drawing, frame, one, head));
  }
  const landmarks = head ? head.landmarks68 : null;
  await work.write({ landmarks: landmarks && packFloats(landmarks) }, 'drawn', `${frameName(index)}.json`);
  return landmarks;
}

/** The frame at the video's size; both sides even, as video encoders want them. */
async function panelOf(frame: Frame): Promise<Frame> {
  const scale = Math.min(1, panelWidth / frame.width);
  const even = (side: number) => Math.max(2, 2 * Math.round((side * scale) / 2));
  const [width, height] = [even(frame.width), even(frame.height)];
  const raw = { width: frame.width, height: frame.height, channels: 3 as const };
  const data = await sharp(frame.data, { raw }).resize(width, height, { fit: 'fill' }).raw().toBuffer();
  return { width, height, data };
}

async function sideBySide({ width, height, data }: Frame, right: Uint8Array): Promise<Uint8Array> {
  const joined = new Uint8Array(2 * width * height * 3);
  const line = 3 * width;
  for (let row = 0; row < height; row++) {
    joined.set(data.subarray(row * line, (row + 1) * line), 2 * row * line);
    joined.set(right.subarray(row * line, (row + 1) * line), (2 * row + 1) * line);
  }
  return sharp(joined, { raw: { width: 2 * width, height, channels: 3 } })
    .png({ compressionLevel: 3 })
    .toBuffer();
}

/** Crop, its points, the grey head over it, and the textured and lit face, one below the other. */
async function drawTile(
  { crop, assets, session }: Drawing,
  frame: Frame,
  one: FrameCodes,
  head: ReturnType<InferSession['decode']>,
): Promise<Uint8Array> {
  const size = session().imageSize;
  const pixels = new Float32Array(size * size * 3);
  sampleCut(frame, crop, size, pixels);
  const input = pixels.map((value) => value / 255);
  const points = Float32Array.from(input);
  drawLandmarks(points, head.landmarks68, size, green);
  const shape = shapeView(head.vertices, head.projected, assets.flame.faces, input, size);
  const face = session().render(one, one.codes);
  const grid = pictureGrid([[input], [points], [shape], [face]], size);
  const raw = { width: grid.width, height: grid.height, channels: 3 as const };
  return sharp(grid.pixels, { raw }).png().toBuffer();
}

/** Joins the tiles of `sheetFrames` into one PNG. */
export async function joinTiles(tiles: readonly string[], file: string): Promise<void> {
  const { width, height } = await sharp(tiles[0]!).metadata();
  await sharp({ create: { width: width * tiles.length, height, channels: 3, background: 'black' } })
    .composite(tiles.map((input, i) => ({ input, left: i * width, top: 0 })))
    .png()
    .toFile(file);
}
