import type { NdArray, ObjectArray } from './nd-array.js';
import { readNpy } from './npy.js';
import { readZip } from './zip.js';

/** Reads numpy's .npz (stored or deflated): array name -> array. Throws AU_FILE_FORMAT. */
export function readNpz(data: Uint8Array, path: string): Map<string, NdArray | ObjectArray> {
  const arrays = new Map<string, NdArray | ObjectArray>();
  for (const [name, entry] of readZip(data, path)) {
    if (name.endsWith('.npy')) arrays.set(name.slice(0, -4), readNpy(entry.read(), `${path}: ${name}`));
  }
  return arrays;
}
