import { existsSync, readdirSync, rmdirSync } from 'node:fs';
import { AuseqError } from '@auseq/proto/errors';

/** Refuses a folder that holds something: what is fetched must not mix with what was there. Throws AU_USAGE. */
export function requireFreshFolder(folder: string): void {
  if (!existsSync(folder)) return;
  let why = 'it is no folder';
  try {
    if (readdirSync(folder).length === 0) {
      rmdirSync(folder);
      return;
    }
    why = 'it is not empty';
  } catch {
    // not a folder
  }
  throw new AuseqError('AU_USAGE', { what: `${folder} cannot be written to`, why, try: 'give a new folder: -o NEW' });
}
