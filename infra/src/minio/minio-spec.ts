import { join } from 'node:path';
import { findMinio } from '../runtime/find-program.js';
import { missingProgram } from '../runtime/missing-program.js';

export interface MinioOptions {
  port: number;
  dataDir: string;
  /** At least 3 characters. */
  user: string;
  /** At least 8 characters. */
  password: string;
  host?: string;
}

export interface MinioSpec {
  command: string;
  args: string[];
  env: Record<string, string>;
}

/** How to start a MinIO server on one folder. Throws AU_RUNTIME_MISSING before `setup --minio`. */
export function minioSpec({ port, dataDir, user, password, host = '127.0.0.1' }: MinioOptions): MinioSpec {
  const command = findMinio();
  if (!command) throw missingProgram('minio', 'npm run setup -- --minio');
  return {
    command,
    args: ['server', '--quiet', '--address', `${host}:${port}`, '--certs-dir', join(dataDir, '.certs'), dataDir],
    env: {
      MINIO_ROOT_USER: user,
      MINIO_ROOT_PASSWORD: password,
      // No web console, no question to the vendor's servers about newer releases.
      MINIO_BROWSER: 'off',
      MINIO_UPDATE: 'off',
    },
  };
}
