import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

const folder = new URL('../../../test/golden/formats/', import.meta.url);

/** A file that numpy, scipy, torch or Python wrote: see test/golden/write_format_samples.py. */
export function sample(name: string): { data: Uint8Array; path: string } {
  const path = fileURLToPath(new URL(name, folder));
  // A copy: views of Node's pool would hide what an array owns.
  return { data: new Uint8Array(readFileSync(path)), path: name };
}
