import { readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { AuseqError } from '@auseq/proto/errors';

/** A legacy installation has a few hundred files; a data set named by mistake has millions. */
const mostFiles = 20_000;

/** Every file below a folder, links not followed. Throws AU_ASSETS_NOT_FOUND. */
export async function findFiles(root: string, signal?: AbortSignal): Promise<string[]> {
  const found: string[] = [];
  const folders = [root];
  for (let folder = folders.pop(); folder !== undefined; folder = folders.pop()) {
    signal?.throwIfAborted();
    const entries = await readdir(folder, { withFileTypes: true }).catch((cause: unknown) => {
      throw noFolder(root, `${folder} cannot be read`, cause);
    });
    for (const entry of entries) {
      if (entry.isDirectory()) folders.push(join(folder, entry.name));
      else if (entry.isFile()) found.push(join(folder, entry.name));
    }
    if (found.length > mostFiles) throw noFolder(root, `it holds more than ${mostFiles} files`);
  }
  return found;
}

function noFolder(root: string, why: string, cause?: unknown): AuseqError {
  return new AuseqError('AU_ASSETS_NOT_FOUND', {
    what: `no legacy files in ${root}`,
    why,
    try: 'name the folder that holds generic_model.pkl, deca_model.tar and the others',
    cause,
  });
}
