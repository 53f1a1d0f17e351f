import { accessSync, constants } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { findProgram } from '@auseq/infra/runtime/find-program';
import { AuseqError } from '@auseq/proto/errors';

/** ffmpeg from PATH, else the one an npm package ships; throws AU_SETUP where there is none. */
export function findFfmpeg(): string {
  const found = findProgram('ffmpeg') ?? packaged();
  if (found !== null) return found;
  throw new AuseqError('AU_SETUP', {
    what: 'there is no ffmpeg',
    why: 'it is not on PATH, and the optional package @ffmpeg-installer/linux-x64 is not installed',
    try: 'install ffmpeg with the package manager of the system, or run npm install without --omit=optional',
  });
}

function packaged(): string | null {
  try {
    const manifest = createRequire(import.meta.url).resolve('@ffmpeg-installer/linux-x64/package.json');
    const path = join(dirname(manifest), 'ffmpeg');
    accessSync(path, constants.X_OK);
    return path;
  } catch {
    return null;
  }
}
