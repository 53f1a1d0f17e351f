import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { connectNats, waitForNats } from '../nats/connect-nats.js';
import { natsServerSpec } from '../nats/nats-server-spec.js';
import { freePorts } from '../supervisor/free-ports.js';
import { askProgram, firstLine } from './ask-program.js';
import type { Check } from './check.js';
import { findMinio, findNatsServer } from './find-program.js';

const startLimitMs = 10_000;

/** Starts a server with JetStream on a free port, in a folder that is removed again, and asks it for an answer. */
export async function natsServerCheck(): Promise<Check> {
  const name = 'nats-server';
  const program = findNatsServer();
  if (!program) return { name, state: 'fail', measured: 'not found', fix: 'npm run setup' };
  const folder = mkdtempSync(join(tmpdir(), 'auseq-doctor-'));
  let server: ChildProcess | null = null;
  try {
    const port = (await freePorts(1))[0]!;
    const spec = natsServerSpec({ port, storeDir: join(folder, 'nats'), name: 'doctor' });
    mkdirSync(join(folder, 'nats'));
    writeFileSync(spec.configPath, spec.configText);
    const start = performance.now();
    server = spawn(spec.command, spec.args, { stdio: 'ignore' });
    const url = `nats://127.0.0.1:${port}`;
    await waitForNats(url, { timeoutMs: startLimitMs });
    const ready = Math.round(performance.now() - start);
    const connection = await connectNats(url, { name: 'doctor' });
    const trip = await connection.rtt();
    const { version, max_payload: limit } = connection.info!;
    await connection.close();
    const measured = `${version} with JetStream, ready in ${ready} ms, round trip ${trip} ms, messages up to ${limit >> 20} MB (${program})`;
    return { name, state: 'pass', measured };
  } catch (error) {
    return {
      name,
      state: 'fail',
      measured: error instanceof Error ? error.message : String(error),
      fix: `look at: ${program} --version`,
    };
  } finally {
    await end(server);
    rmSync(folder, { recursive: true, force: true });
  }
}

export async function minioCheck(): Promise<Check> {
  const name = 'minio';
  const program = findMinio();
  const fix = 'npm run setup -- --minio (only for --store minio)';
  if (!program) return { name, state: 'warn', measured: 'not found', fix };
  const answer = await askProgram(program, ['--version'], startLimitMs);
  if (answer.code === 0) return { name, state: 'pass', measured: `${firstLine(answer.stdout)} (${program})` };
  return { name, state: 'warn', measured: firstLine(answer.stderr), fix };
}

async function end(server: ChildProcess | null): Promise<void> {
  if (!server || server.exitCode !== null || server.pid === undefined) return;
  const gone = once(server, 'exit');
  server.kill('SIGKILL');
  await gone;
}
