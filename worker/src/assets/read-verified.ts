import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { readSafetensors } from '../model/safetensors.js';
import type { FileRecord } from './assets-manifest.js';
import { invalidAssets } from './invalid-assets.js';
import type { HostArray } from './types.js';

/** Reads a container whole and proves its size and sha256 before anything is used; throws AU_ASSETS_INVALID. */
export function readVerified(path: string, record: FileRecord): Map<string, HostArray> {
  let bytes: Uint8Array;
  try {
    bytes = readFileSync(path);
  } catch (cause) {
    throw invalidAssets(path, 'the file cannot be read', cause);
  }
  if (bytes.length !== record.bytes) throw invalidAssets(path, `${bytes.length} bytes instead of ${record.bytes}`);
  if (createHash('sha256').update(bytes).digest('hex') !== record.sha256) {
    throw invalidAssets(path, 'its sha256 is not the one in assets.json');
  }
  return readSafetensors(bytes, 'AU_ASSETS_INVALID');
}
