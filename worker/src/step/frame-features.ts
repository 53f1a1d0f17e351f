import { createHash } from 'node:crypto';
import { mkdir, readFile, rename, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import type { CompiledSession } from '../tensor/session.js';
import { createLru } from './lru.js';

/** What the frozen networks say of one frame; it depends on the picture and the frozen weights alone. */
export interface FrameFeatures {
  readonly afn: Float32Array; // [27, A] AUNet vectors, L2-normalised
  readonly global: Float32Array; // [G] pooled feature of E_flame
  readonly codes: Float32Array; // [236] E_flame's parameters
  readonly emotion: Float32Array; // [E] pooled feature of the emotion network
}

const fields = ['afn', 'global', 'codes', 'emotion'] as const;

/** Frames held in memory: at the legacy sizes about 73 kB each. */
const framesInMemory = 4096;

export interface FrameEncoder {
  /** `picture` is [3,S,S] in 0..1; equal bytes give equal features, whoever asks. */
  encode(picture: Float32Array): Promise<FrameFeatures>;
}

/**
 * Runs the `frame` program once for each different picture and keeps the result in memory and, where `folder` is given, on disk.
 * `fingerprint` names everything the bits depend on (weights, program, runtime), so a stale file is never read.
 */
export function createFrameEncoder(session: CompiledSession, fingerprint: string, folder: string | null): FrameEncoder {
  const memory = createLru<FrameFeatures>(framesInMemory);
  return {
    async encode(picture) {
      const key = createHash('sha256')
        .update(fingerprint)
        .update(new Uint8Array(picture.buffer, picture.byteOffset, picture.byteLength))
        .digest('hex');
      const held =
        memory.get(key) ?? (folder === null ? undefined : await readFeatures(join(folder, key.slice(0, 2), key)));
      if (held) {
        memory.set(key, held);
        return held;
      }
      const outputs = session.run('frame', { image: picture });
      const features = Object.fromEntries(fields.map((field) => [field, outputs[field]])) as unknown as FrameFeatures;
      memory.set(key, features);
      if (folder !== null) await writeFeatures(join(folder, key.slice(0, 2), key), features);
      return features;
    },
  };
}

async function readFeatures(file: string): Promise<FrameFeatures | undefined> {
  let bytes: Buffer;
  try {
    bytes = await readFile(file);
  } catch {
    return undefined;
  }
  const lengths = new Uint32Array(bytes.buffer.slice(bytes.byteOffset, bytes.byteOffset + 16));
  const values = new Float32Array(bytes.buffer.slice(bytes.byteOffset + 16, bytes.byteOffset + bytes.byteLength));
  if (lengths.reduce((sum, length) => sum + length, 0) !== values.length) return undefined;
  const cuts = [...lengths].map((length, index) => {
    const start = lengths.slice(0, index).reduce((sum, one) => sum + one, 0);
    return values.slice(start, start + length);
  });
  return Object.fromEntries(fields.map((field, index) => [field, cuts[index]])) as unknown as FrameFeatures;
}

async function writeFeatures(file: string, features: FrameFeatures): Promise<void> {
  const arrays = fields.map((field) => features[field]);
  const lengths = Uint32Array.from(arrays, (array) => array.length);
  const part = `${file}.${process.pid}.part`;
  await mkdir(dirname(file), { recursive: true });
  await writeFile(
    part,
    Buffer.concat([lengths, ...arrays].map((array) => Buffer.from(array.buffer, array.byteOffset, array.byteLength))),
  );
  await rename(part, file);
}
