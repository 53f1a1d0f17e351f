import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { findMinio, findProgram } from '../runtime/find-program.js';
import { freePorts } from '../supervisor/free-ports.js';
import { minioSpec } from './minio-spec.js';
import { waitForMinio } from './wait-for-minio.js';

export interface MinioFixture {
  readonly port: number;
  readonly endpoint: string;
  readonly user: string;
  readonly password: string;
  stop(): Promise<void>;
}

/** A real MinIO on a free port and an empty folder, both gone after `stop`. */
export async function startMinio(): Promise<MinioFixture> {
  const folder = mkdtempSync(join(tmpdir(), 'auseq-minio-'));
  const [port] = (await freePorts(1)) as [number];
  const credentials = { user: 'tester', password: 'a-test-password' };
  const endpoint = `http://127.0.0.1:${port}`;
  mkdirSync(join(folder, 'data'));
  const spec = minioSpec({ port, dataDir: join(folder, 'data'), ...credentials });
  const server = spawn(spec.command, spec.args, { stdio: 'ignore', env: { ...process.env, ...spec.env } });
  const gone = once(server, 'exit');
  const stop = async () => {
    server.kill('SIGKILL');
    await gone;
    rmSync(folder, { recursive: true, force: true });
  };
  await waitForMinio(endpoint, { timeoutMs: 60_000 }).catch(async (error: unknown) => {
    await stop();
    throw error;
  });
  return { port, endpoint, ...credentials, stop };
}

/** Why tests against MinIO are left out, which is printed; never where they could run, and never in CI. */
export function minioAbsence(what: string): string | null {
  if (findMinio()) return null;
  if (findProgram('go') || process.env.CI) throw new Error('MinIO is missing: npm run setup -- --minio');
  const reason = 'neither minio nor go is on this machine';
  process.stderr.write(`left out: ${what} (${reason})\n`);
  return reason;
}
