import { setImmediate } from 'node:timers/promises';
import type { AssetBundle } from '../assets/types.js';
import { type Cut, type Frame, sampleCut } from '../data/frame.js';
import { otherFrameCount } from '../data/video.js';
import { fitClip } from '../fit/clip-fit.js';
import { spreadIndices } from '../fit/video-groups.js';
import { decomposeRow, eFlameCodeLayout } from '../model/codes.js';
import type { AuScorer } from './au-scores.js';
import type { Faces, Watching } from './find-faces.js';
import { type FrameCodes, mixCodes } from './frame-codes.js';
import type { FrameSource } from './frame-source.js';
import type { Coarse, InferSession, Look } from './infer-session.js';
import { packFloats, unpackFloats } from './pack-floats.js';
import { type FramePlan, windowOf } from './plan-gaps.js';
import { frameName, type WorkFolder } from './work-folder.js';

export interface Predicting extends Watching {
  readonly source: FrameSource;
  readonly faces: Faces;
  readonly crop: Cut;
  readonly plans: readonly FramePlan[];
  readonly assets: AssetBundle;
  readonly scorer: AuScorer;
  readonly work: WorkFolder;
  /** Compiled when first asked for: a run that only goes on with its pictures needs no networks before that. */
  readonly session: () => InferSession;
}

type Stored = Record<keyof FrameCodes, string>;

/** Codes and AU scores of every frame; null for lost ones. What an earlier run stored is not computed again. */
export async function predictFrames(predicting: Predicting): Promise<(FrameCodes | null)[]> {
  const { plans, work } = predicting;
  const found = await Promise.all(plans.map((_, frame) => readCodes(work, frame)));
  if (plans.some(({ state }, frame) => state === 'ok' && !found[frame])) await predictMissing(predicting, found);
  return plans.map((plan, frame) => {
    if (plan.state === 'ok') return found[frame]!;
    if (plan.state === 'lost') return null;
    return mixCodes(found[plan.before]!, found[plan.after]!, plan.share);
  });
}

async function predictMissing(predicting: Predicting, found: (FrameCodes | null)[]): Promise<void> {
  const { source, plans, crop, scorer, work, signal } = predicting;
  const session = predicting.session();
  const fitted = await fittedCodes(predicting);
  const pictures = new Map<number, Float32Array>();
  const looks = new Map<number, Look>();
  const first = plans.findIndex(({ state }) => state === 'ok');
  let reference: Float32Array | null = null;
  const look = (frame: number) => {
    const known = looks.get(frame) ?? session.look(pictures.get(frame)!);
    looks.set(frame, known);
    return known;
  };
  const total = plans.filter(({ state }) => state === 'ok').length;
  let done = 0;
  predicting.onProgress('predict', done, total);
  const predict = async (frame: number) => {
    if (frame === first) reference = look(frame).afn;
    if (plans[frame]?.state !== 'ok') return;
    done += 1;
    if (!found[frame]) {
      const [before, , after] = windowOf(plans, frame);
      const middle = look(frame);
      const coarse = fitted?.[frame] ?? eFlameCoarse(middle);
      const codes = session.predict([look(before), middle, look(after)], coarse);
      const aus = scorer.score(middle.afn, reference!);
      const one = { codes, aus, shape: coarse.shape, pose: coarse.pose, cam: coarse.cam };
      found[frame] = one;
      await writeCodes(work, frame, one);
    }
    predicting.onProgress('predict', done, total);
    // Room for a signal to be heard between two frames.
    await setImmediate();
    signal.throwIfAborted();
  };
  let index = 0;
  for await (const frame of source.frames(signal)) {
    if (plans[index]?.state === 'ok') pictures.set(index, planes(frame, crop, session.imageSize));
    await predict(index - 1);
    for (const map of [pictures, looks]) map.delete(index - 2);
    index += 1;
  }
  await predict(index - 1);
  if (index !== plans.length) throw otherFrameCount(source.path, plans.length, index);
}

/** The square of a frame as the networks take it: [3,S,S], RGB 0..1, in steps of 1/255 as stored pictures have. */
function planes(frame: Frame, crop: Cut, size: number): Float32Array {
  const pixels = new Float32Array(size * size * 3);
  sampleCut(frame, crop, size, pixels);
  const area = size * size;
  return Float32Array.from({ length: 3 * area }, (_, i) => {
    const value = pixels[3 * (i % area) + Math.floor(i / area)]!;
    return Math.min(255, Math.round(value)) / 255;
  });
}

function eFlameCoarse({ codes }: Look): Coarse {
  const { shape, pose, cam } = decomposeRow(codes, eFlameCodeLayout);
  return { shape: shape!.slice(), pose: pose!.slice(), cam: cam!.slice() };
}

/** Frames that one shape is fitted to, as for training. */
const shapeFrames = 160;
/** Frames fitted between two looks at the signal; each but the first of them starts at the frame before. */
const fittedAtOnce = 64;

/** With stand-ins shape, pose and camera come from the fit to the 68 points, as in training; null: they come from E_flame. */
async function fittedCodes({ assets, faces, work, onProgress, signal }: Predicting): Promise<(Coarse | null)[] | null> {
  if (assets.kind !== 'stand-in') return null;
  const stored = await work.read<(Record<keyof Coarse, string> | null)[]>('coarse.json');
  const unpack = (one: Record<keyof Coarse, string>): Coarse => ({
    shape: unpackFloats(one.shape),
    pose: unpackFloats(one.pose),
    cam: unpackFloats(one.cam),
  });
  if (stored) return stored.map((one) => one && unpack(one));
  const seen = faces.sights.flatMap(({ landmarks }, frame) => (landmarks ? [{ frame, landmarks }] : []));
  onProgress('fit', 0, seen.length);
  const { flame, landmarks } = assets;
  const chosen = spreadIndices(seen.length, shapeFrames).map((i) => seen[i]!.landmarks);
  const { shape } = fitClip({ flame, landmarks, frames: chosen });
  const fits: (Coarse | null)[] = faces.sights.map(() => null);
  for (let start = 0; start < seen.length; start += fittedAtOnce) {
    const some = seen.slice(start, start + fittedAtOnce);
    const { frames } = fitClip({ flame, landmarks, frames: some.map((one) => one.landmarks), shape });
    for (const [i, { frame }] of some.entries()) {
      const { pose, cam } = frames[i]!;
      fits[frame] = { shape: Float32Array.from(shape), pose: Float32Array.from(pose), cam: Float32Array.from(cam) };
    }
    onProgress('fit', start + some.length, seen.length);
    await setImmediate();
    signal.throwIfAborted();
  }
  const packed = fits.map(
    (one) => one && { shape: packFloats(one.shape), pose: packFloats(one.pose), cam: packFloats(one.cam) },
  );
  await work.write(packed, 'coarse.json');
  return fits;
}

async function readCodes(work: WorkFolder, frame: number): Promise<FrameCodes | null> {
  const stored = await work.read<Stored>('codes', `${frameName(frame)}.json`);
  if (!stored) return null;
  const { codes, aus, shape, pose, cam } = stored;
  return {
    codes: unpackFloats(codes),
    aus: unpackFloats(aus),
    shape: unpackFloats(shape),
    pose: unpackFloats(pose),
    cam: unpackFloats(cam),
  };
}

async function writeCodes(work: WorkFolder, frame: number, { codes, aus, shape, pose, cam }: FrameCodes) {
  const stored: Stored = {
    codes: packFloats(codes),
    aus: packFloats(aus),
    shape: packFloats(shape),
    pose: packFloats(pose),
    cam: packFloats(cam),
  };
  await work.write(stored, 'codes', `${frameName(frame)}.json`);
}
