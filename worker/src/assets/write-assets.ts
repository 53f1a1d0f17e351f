import { createHash, randomUUID } from 'node:crypto';
import { mkdir, rename, rm, writeFile } from 'node:fs/promises';
import { basename, dirname, join, resolve } from 'node:path';
import { type NamedArray, writeSafetensors } from '../model/safetensors.js';
import { manifestName } from './asset-files.js';
import { type AssetsManifest, bundleHash, type FileRecord } from './assets-manifest.js';

/** Writes one file of the folder. */
export type WriteAsset = (name: string, tensors: readonly NamedArray[]) => Promise<void>;

export type AssetsOrigin = Pick<AssetsManifest, 'kind' | 'preset' | 'seed' | 'calibration'>;

/**
 * Makes an assets folder from what `body` writes; it tells where the files came from. The folder appears whole: it is
 * written beside `out` and renamed; an older one is replaced. Nothing is left of one that fails.
 */
export async function writeAssets(
  out: string,
  body: (write: WriteAsset) => Promise<AssetsOrigin>,
): Promise<AssetsManifest> {
  const folder = resolve(out);
  const draft = join(dirname(folder), `.${basename(folder)}.${randomUUID()}`);
  const files: Record<string, FileRecord> = {};
  try {
    await mkdir(draft, { recursive: true });
    const origin = await body(async (name, tensors) => {
      const bytes = writeSafetensors(tensors);
      await writeFile(join(draft, name), bytes);
      files[name] = { sha256: createHash('sha256').update(bytes).digest('hex'), bytes: bytes.length };
    });
    const manifest: AssetsManifest = { version: 1, ...origin, files, sha256: bundleHash(files) };
    await writeFile(join(draft, manifestName), `${JSON.stringify(manifest, null, 2)}\n`);
    await replaceFolder(draft, folder);
    return manifest;
  } finally {
    await rm(draft, { recursive: true, force: true });
  }
}

/** Puts a finished folder in place of an older one, which is moved aside first and removed last. */
async function replaceFolder(draft: string, out: string): Promise<void> {
  const old = `${draft}.old`;
  const moved = await rename(out, old).then(
    () => true,
    () => false,
  );
  await rename(draft, out);
  if (moved) await rm(old, { recursive: true, force: true });
}
