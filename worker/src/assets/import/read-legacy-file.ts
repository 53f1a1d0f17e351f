import { createHash } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { AuseqError } from '@auseq/proto/errors';

export interface LegacyFile {
  readonly path: string;
  readonly data: Uint8Array;
  readonly sha256: string;
}

/** Reads a file whole. Throws AU_FILE_FORMAT where it cannot be read. */
export async function readLegacyFile(path: string): Promise<LegacyFile> {
  try {
    const data = await readFile(path);
    return { path, data, sha256: createHash('sha256').update(data).digest('hex') };
  } catch (cause) {
    throw new AuseqError('AU_FILE_FORMAT', {
      what: `cannot read ${path}`,
      why: cause instanceof Error ? cause.message : String(cause),
      try: 'check that it exists, is a file, and may be read',
      cause,
    });
  }
}
