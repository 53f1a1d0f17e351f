import { createHash } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { readdir, readFile, stat } from 'node:fs/promises';
import { basename, join, resolve, sep } from 'node:path';
import { AuseqError } from '@auseq/proto/errors';
import sharp from 'sharp';
import { decodePoints } from '../data/decode-frame.js';
import type { Frame } from '../data/frame.js';
import { imageEndings, type Tree, trees } from '../data/tree.js';
import { badVideo, openVideo } from '../data/video.js';
import { workingSize } from '../data/video-info.js';

/** Frames to look at, and how they lie in the original ones. */
export interface FrameSource {
  readonly path: string;
  readonly kind: 'video' | 'pictures' | 'sequence';
  /** Frames a second; 25 where the source does not say. */
  readonly fps: number;
  /** Size of the original frames in pixels as they are shown. */
  readonly original: { readonly width: number; readonly height: number };
  /** Size of the frames that `frames` gives. */
  readonly width: number;
  readonly height: number;
  /** 0 where only decoding tells. */
  readonly count: number;
  /** Of a prepared sequence: the 68 points [68,3] of each frame, in [-1,1]; its pictures are crops already. */
  readonly landmarks: readonly Float32Array[] | null;
  /** Of everything that is read. */
  readonly sha256: string;
  frames(signal?: AbortSignal, onProblem?: (text: string) => void): AsyncGenerator<Frame>;
}

const usualFps = 25;

/**
 * Opens a video, a folder of pictures (in name order, all of one size) or a folder of a prepared sequence (any of its four trees).
 * Throws AU_DATA_VIDEO for what is none of them, AU_DATA_EMPTY for a folder without pictures, AU_DATA_SAMPLE for damaged pictures.
 */
export async function openSource(path: string): Promise<FrameSource> {
  const found = await stat(path).catch((cause: unknown) => {
    throw badVideo(path, 'the file cannot be found', cause);
  });
  return found.isDirectory() ? openFolder(path) : openClip(path);
}

async function openClip(path: string): Promise<FrameSource> {
  const video = await openVideo(path);
  const hash = createHash('sha256');
  for await (const chunk of createReadStream(path)) hash.update(chunk as Uint8Array);
  const { width, height } = video;
  return {
    path,
    kind: 'video',
    fps: video.info.fps ?? usualFps,
    original: { width: video.info.width, height: video.info.height },
    width,
    height,
    count: 0,
    landmarks: null,
    sha256: hash.digest('hex'),
    frames: (signal, onProblem) => video.frames(signal, onProblem),
  };
}

async function openFolder(path: string): Promise<FrameSource> {
  const points = await sequenceTrees(path);
  const folder = points?.images ?? path;
  const names = (await readdir(folder)).filter(isPicture).sort();
  if (names.length === 0) throw noPictures(folder);
  const files = names.map((name) => join(folder, name));
  const landmarks = points ? await Promise.all(names.map((name) => readPoints(points.kpts, name))) : null;
  const original = await sizeOfPicture(files[0]!);
  const hash = createHash('sha256');
  for (const file of files) {
    const size = await sizeOfPicture(file);
    if (size.width !== original.width || size.height !== original.height) throw otherSize(file, size, original);
    hash.update(await readFile(file));
  }
  for (const one of landmarks ?? []) hash.update(new Uint8Array(one.buffer));
  // Small faces are not found: pictures are enlarged as videos are. Crops stay as they are.
  const { width, height } = points ? original : workingSize({ ...original, pixelAspect: 1, fps: null });
  return {
    path,
    kind: points ? 'sequence' : 'pictures',
    fps: usualFps,
    original,
    width,
    height,
    count: files.length,
    landmarks,
    sha256: hash.digest('hex'),
    async *frames(signal) {
      for (const file of files) {
        signal?.throwIfAborted();
        yield await readPicture(file, width, height);
      }
    },
  };
}

const isPicture = (name: string) => imageEndings.some((ending) => name.toLowerCase().endsWith(ending));
const stem = (name: string) => name.replace(/\.[^.]*$/, '');

/** The folders of pictures and points where `path` is a sequence in one of the legacy trees (model-facts §6.3), else null. */
async function sequenceTrees(path: string): Promise<Record<'images' | 'kpts', string> | null> {
  const parts = resolve(path).split(sep);
  const at = parts.findLastIndex((part) => (trees as readonly string[]).includes(part));
  if (at < 0) return null;
  const sibling = (tree: Tree) => parts.map((part, i) => (i === at ? tree : part)).join(sep);
  const folders = { images: sibling('images'), kpts: sibling('kpts') };
  for (const folder of Object.values(folders)) {
    const whole = await stat(folder).catch(() => null);
    if (!whole?.isDirectory()) return null;
  }
  return folders;
}

async function readPoints(folder: string, picture: string): Promise<Float32Array> {
  const file = join(folder, `${stem(picture)}.npy`);
  const bytes = await readFile(file).catch((cause: unknown) => {
    throw new AuseqError('AU_DATA_SAMPLE', {
      what: `cannot use ${file}`,
      why: `the picture ${picture} has no points of its own name`,
      try: 'auseq dataset inspect ROOT, or give a folder with nothing but pictures',
      cause,
    });
  });
  return decodePoints(bytes, [68], file);
}

async function sizeOfPicture(file: string): Promise<{ width: number; height: number }> {
  try {
    const { width, height, orientation = 1 } = await sharp(file).metadata();
    return orientation >= 5 ? { width: height, height: width } : { width, height };
  } catch (cause) {
    throw badPicture(file, cause);
  }
}

async function readPicture(file: string, width: number, height: number): Promise<Frame> {
  try {
    const picture = sharp(file, { failOn: 'error' }).rotate().removeAlpha().toColourspace('srgb');
    const data = await picture.resize(width, height, { fit: 'fill' }).raw().toBuffer();
    return { width, height, data };
  } catch (cause) {
    throw badPicture(file, cause);
  }
}

function badPicture(file: string, cause: unknown): AuseqError {
  return new AuseqError('AU_DATA_SAMPLE', {
    what: `cannot use ${file}`,
    why: `the picture is damaged (${cause instanceof Error ? cause.message : String(cause)})`,
    try: 'take it out of the folder or write it again',
    cause,
  });
}

function otherSize(file: string, size: FrameSource['original'], first: FrameSource['original']): AuseqError {
  return new AuseqError('AU_DATA_SAMPLE', {
    what: `cannot use ${file}`,
    why: `it has ${size.width}x${size.height} pixels, the first picture has ${first.width}x${first.height}`,
    try: 'give the pictures of one clip; their crop is one square for all of them',
  });
}

function noPictures(folder: string): AuseqError {
  return new AuseqError('AU_DATA_EMPTY', {
    what: `there is nothing to look at in ${basename(folder)}`,
    why: `${folder} has no ${imageEndings.join(', ')}`,
    try: 'give a video, a folder of pictures, or the folder of a prepared sequence',
  });
}
