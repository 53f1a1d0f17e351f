import assert from 'node:assert/strict';
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, describe, it } from 'node:test';
import { AuseqError } from '@auseq/proto/errors';
import { Events, type NatsConnection } from 'nats';
import { freePorts } from '../supervisor/free-ports.js';
import { connectNats, waitForNats } from './connect-nats.js';
import { type NatsServerSpec, natsServerSpec } from './nats-server-spec.js';

const isUnreachable = (error: unknown) => error instanceof AuseqError && error.code === 'AU_NATS_UNREACHABLE';

async function stop(server: ChildProcess): Promise<void> {
  const gone = once(server, 'exit');
  server.kill('SIGKILL');
  await gone;
}

async function statusOf(connection: NatsConnection, wanted: Events): Promise<void> {
  for await (const { type } of connection.status()) if (type === wanted) return;
}

describe('a nats-server as specified', () => {
  const folder = mkdtempSync(join(tmpdir(), 'auseq nats "quoted" '));
  let spec: NatsServerSpec;
  let server: ChildProcess;
  let url: string;
  let monitor: string;
  const start = () => {
    server = spawn(spec.command, spec.args, { stdio: 'ignore' });
  };

  before(async () => {
    const [port, monitorPort] = (await freePorts(2)) as [number, number];
    spec = natsServerSpec({ port, monitorPort, storeDir: folder, name: 'of-the-test' });
    writeFileSync(spec.configPath, spec.configText);
    url = `nats://127.0.0.1:${port}`;
    monitor = `http://127.0.0.1:${monitorPort}`;
    start();
    await waitForNats(url, { timeoutMs: 10_000 });
  });

  after(async () => {
    await stop(server);
    rmSync(folder, { recursive: true, force: true });
  });

  it('takes messages up to 8 MB and answers its monitor', async () => {
    const connection = await connectNats(url, { name: 'test' });
    assert.equal(connection.info?.max_payload, 8 * 1024 * 1024);
    assert.equal(connection.info?.server_name, 'of-the-test');
    await connection.close();
    assert.ok((await fetch(`${monitor}/healthz`)).ok);
  });

  it('keeps what JetStream holds over a kill, and the client comes back by itself', async () => {
    const connection = await connectNats(url, { name: 'test' });
    const bucket = await connection.jetstream().views.kv('state');
    await bucket.put('key', 'value');
    const reconnected = statusOf(connection, Events.Reconnect);
    await stop(server);
    start();
    await reconnected;
    assert.equal((await bucket.get('key'))?.string(), 'value');
    await connection.close();
  });

  it('ends a wait by signal', async () => {
    const reason = new Error('enough');
    await assert.rejects(connectNats(url, { name: 'test', signal: AbortSignal.abort(reason) }), reason);
  });
});

describe('no nats-server', () => {
  it('is said within the time given', async () => {
    const [port] = (await freePorts(1)) as [number];
    const url = `nats://127.0.0.1:${port}`;
    await assert.rejects(connectNats(url, { name: 'test', timeoutMs: 500 }), isUnreachable);
    const start = performance.now();
    await assert.rejects(waitForNats(url, { timeoutMs: 300 }), isUnreachable);
    assert.ok(performance.now() - start < 2500);
    const reason = new Error('enough');
    const control = new AbortController();
    setTimeout(() => control.abort(reason), 100);
    await assert.rejects(
      waitForNats(url, { timeoutMs: 30_000, signal: control.signal }),
      (error) => isUnreachable(error) === false,
    );
    assert.ok(performance.now() - start < 3000);
  });
});
