import { randomUUID } from 'node:crypto';
import { mkdir, readFile, rename, rm, writeFile } from 'node:fs/promises';
import { dirname } from 'node:path';
import type { HostArray } from '../assets/types.js';
import { type NamedArray, readSafetensors, writeSafetensors } from '../model/safetensors.js';
import type { CoarseSequence } from './coarse-types.js';
import type { VideoGroup } from './video-groups.js';

/** The cached codes of a video; null when there are none, or they are damaged and must be fitted again. */
export async function readCoarse(path: string, group: VideoGroup): Promise<Map<string, CoarseSequence> | null> {
  const bytes = await readFile(path).catch(() => null);
  if (!bytes) return null;
  try {
    const tensors = readSafetensors(bytes);
    return new Map(group.sequences.map(({ id, frames }) => [id, unpack(tensors, id, frames.length)]));
  } catch {
    return null;
  }
}

/** Writes a video's codes beside their place and renames them, so that a reader meets all or nothing. */
export async function writeCoarse(path: string, codes: ReadonlyMap<string, CoarseSequence>): Promise<void> {
  const draft = `${path}.${randomUUID()}`;
  await mkdir(dirname(path), { recursive: true });
  try {
    await writeFile(draft, writeSafetensors([...codes].flatMap(([id, sequence]) => pack(id, sequence))));
    await rename(draft, path);
  } finally {
    await rm(draft, { force: true });
  }
}

function pack(id: string, { shape, cam, pose }: CoarseSequence): NamedArray[] {
  return [
    { name: `${id} shape`, shape: [shape.length], data: shape },
    { name: `${id} cam`, shape: [cam.length, 3], data: joined(cam, 3) },
    { name: `${id} pose`, shape: [pose.length, 6], data: joined(pose, 6) },
  ];
}

function joined(rows: readonly Float32Array[], width: number): Float32Array {
  const out = new Float32Array(rows.length * width);
  for (const [i, row] of rows.entries()) out.set(row, i * width);
  return out;
}

function unpack(tensors: ReadonlyMap<string, HostArray>, id: string, frames: number): CoarseSequence {
  const rows = (part: string, width: number): Float32Array[] => {
    const data = tensors.get(`${id} ${part}`)?.data;
    if (!(data instanceof Float32Array) || data.length !== frames * width) throw new RangeError(`${id} ${part}`);
    return Array.from({ length: frames }, (_, i) => data.slice(i * width, (i + 1) * width));
  };
  const shape = tensors.get(`${id} shape`)?.data;
  if (!(shape instanceof Float32Array) || shape.length !== 100) throw new RangeError(`${id} shape`);
  return { shape, cam: rows('cam', 3), pose: rows('pose', 6) };
}
