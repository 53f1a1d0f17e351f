import { createHash } from 'node:crypto';
import { readFile, rename, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { AuseqError } from '@auseq/proto/errors';
import type { DatasetManifest, SequenceEntry } from './types.js';

const fileName = 'manifest.json';

/** SHA-256 over the sequences: id, source, split, frames and content, in id order. */
export function manifestHash(sequences: readonly SequenceEntry[]): string {
  const hash = createHash('sha256');
  for (const { id, source, split, frames, sha256 } of sequences)
    hash.update(`${JSON.stringify([id, source, split, frames, sha256])}\n`);
  return hash.digest('hex');
}

/** Reads ROOT/manifest.json and checks it against its own hash; throws AU_DATA_MANIFEST. */
export async function readManifest(root: string): Promise<DatasetManifest> {
  const path = join(root, fileName);
  const text = await readFile(path, 'utf8').catch((cause: unknown) => {
    throw badManifest(path, 'it cannot be read', root, cause);
  });
  const manifest = parse(text, path, root);
  if (manifest.version !== 1) throw badManifest(path, `its version is ${manifest.version}, not 1`, root);
  if (!Array.isArray(manifest.sequences)) throw badManifest(path, 'it lists no sequences', root);
  if (manifestHash(manifest.sequences) !== manifest.hash)
    throw badManifest(path, 'its hash does not belong to its sequences', root);
  return manifest;
}

/** Writes ROOT/manifest.json in one move. */
export async function writeManifest(root: string, manifest: DatasetManifest): Promise<void> {
  await writeJson(join(root, fileName), manifest);
}

export async function writeJson(path: string, value: unknown): Promise<void> {
  const partial = `${path}.${process.pid}.partial`;
  await writeFile(partial, `${JSON.stringify(value, null, 1)}\n`);
  await rename(partial, path);
}

function parse(text: string, path: string, root: string): DatasetManifest {
  try {
    return JSON.parse(text) as DatasetManifest;
  } catch (cause) {
    throw badManifest(path, 'it is no JSON', root, cause);
  }
}

function badManifest(path: string, why: string, root: string, cause?: unknown): AuseqError {
  const hint = `auseq dataset inspect ${root} (it checks all files and writes the manifest)`;
  return new AuseqError('AU_DATA_MANIFEST', { what: `no usable data set manifest at ${path}`, why, try: hint, cause });
}
