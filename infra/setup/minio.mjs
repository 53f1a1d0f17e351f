import fs from 'node:fs';
import path from 'node:path';
import { auseqHome, needDisk, placeFolder } from './cache.mjs';
import { versions } from './clone.mjs';
import { findOnPath } from './find-on-path.mjs';
import { withLock } from './lock.mjs';
import { working } from './progress.mjs';
import { lastLines, runCommand } from './run-command.mjs';
import { SetupError } from './setup-error.mjs';

const target = () => path.join(auseqHome(), 'minio', versions.minio);

export function hasMinio() {
  return findOnPath('minio') !== null || fs.existsSync(path.join(target(), 'minio'));
}

/** Whether `ensureMinio` can succeed: the server is there, or the Go toolchain that builds it. */
export function canHaveMinio() {
  return hasMinio() || findOnPath('go') !== null;
}

/** MinIO's server: what is on PATH, else the pinned source, built (its community edition comes as source only). */
export async function ensureMinio() {
  if (hasMinio()) return;
  if (!findOnPath('go')) {
    const why = 'neither minio nor go is on PATH; the community server comes as source only';
    throw new SetupError(
      'MinIO cannot be installed',
      why,
      'install Go 1.24 or newer (https://go.dev/dl) or put a minio program on PATH',
    );
  }
  await withLock(`minio-${versions.minio}`, async () => {
    if (hasMinio()) return;
    needDisk(3e9, 'building MinIO');
    await working('MinIO (built from source: about 4 minutes on 2 cores)', () => placeFolder(target(), build));
  });
}

async function build(folder) {
  const { code, output } = await runCommand('go', ['install', versions.minioModule], {
    env: { GOBIN: folder, CGO_ENABLED: '0' },
  });
  if (code !== 0) {
    throw new SetupError(
      'MinIO could not be built',
      lastLines(output),
      'check the network and the Go module proxy (go env GOPROXY), then: npm run setup -- --minio',
    );
  }
}
