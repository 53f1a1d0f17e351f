import { accessSync, constants, statSync } from 'node:fs';
import { delimiter, join } from 'node:path';
import { auseqHome } from './auseq-home.js';
import { pinned } from './pinned-versions.js';

/** The path of nats-server: on PATH, else as setup put it into the cache; null when there is none. */
export function findNatsServer(): string | null {
  return findProgram('nats-server', `nats-server/${pinned.natsServer}`);
}

/** The path of the MinIO server: on PATH, else as `setup --minio` built it; null when there is none. */
export function findMinio(): string | null {
  return findProgram('minio', `minio/${pinned.minio}`);
}

/** PATH comes first: what the machine's owner installed wins over what setup brought. */
export function findProgram(name: string, cacheFolder?: string): string | null {
  const folders = (process.env.PATH ?? '').split(delimiter).filter((folder) => folder !== '');
  if (cacheFolder !== undefined) folders.push(join(auseqHome(), cacheFolder));
  return folders.map((folder) => join(folder, name)).find(isExecutable) ?? null;
}

function isExecutable(file: string): boolean {
  try {
    accessSync(file, constants.X_OK);
    return statSync(file).isFile();
  } catch {
    return false;
  }
}
