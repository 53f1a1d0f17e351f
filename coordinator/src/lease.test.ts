import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import { createLogger } from '@auseq/infra/logging/logger';
import { connectNats } from '@auseq/infra/nats/connect-nats';
import { type NatsFixture, startNats } from '@auseq/infra/nats/nats.fixture';
import { freePorts } from '@auseq/infra/supervisor/free-ports';
import type { AuseqError } from '@auseq/proto/errors';
import type { NatsConnection } from 'nats';
import { takeLease } from './lease.js';

const logger = createLogger({ role: 'coordinator', destination: { write: () => {} } });
const ttlMs = 600;

describe('the coordinators of a cluster (PROTOCOL 15)', () => {
  let nats: NatsFixture;
  const connections: NatsConnection[] = [];
  before(async () => {
    nats = await startNats();
  });
  after(async () => {
    for (const connection of connections) await connection.close();
    await nats.stop();
  });
  const connect = async (name: string) => {
    const connection = await connectNats(nats.url, { name });
    connections.push(connection);
    return connection;
  };
  const never = () => assert.fail('the lease was lost');

  it('one leads, the other stands by until the first one ends or is silent', async () => {
    const first = await connect('first');
    const options = { host: '127.0.0.1', port: 0, ttlMs, logger };
    const lease = await takeLease(first, { ...options, onLost: never });
    assert.ok(lease.isHeld());
    let second: Awaited<ReturnType<typeof takeLease>> | null = null;
    const standing = takeLease(await connect('second'), { ...options, onLost: never }).then((taken) => {
      second = taken;
      return taken;
    });
    await new Promise((resolve) => setTimeout(resolve, 3 * ttlMs));
    assert.equal(second, null, 'a lease that is renewed is not taken');
    assert.ok(lease.isHeld());
    await lease.close();
    const next = await standing;
    assert.ok(next.isHeld());

    // Silent: its connection is gone, nothing is given back.
    const third = takeLease(await connect('third'), { ...options, onLost: never });
    await connections[1]!.close();
    const last = await third;
    assert.ok(last.isHeld());
    assert.equal(next.isHeld(), false, 'by its own clock it holds it no more');
    await last.close();
  });

  it('ends the one that leads once JetStream has lost everything (PROTOCOL 19)', async () => {
    const connection = await connect('forgotten');
    let lose: (error: AuseqError) => void = () => {};
    const lost = new Promise<AuseqError>((resolve) => {
      lose = resolve;
    });
    const lease = await takeLease(connection, { host: '127.0.0.1', port: 0, ttlMs, logger, onLost: lose });
    const manager = await connection.jetstreamManager();
    await manager.streams.delete('KV_auseq_lease');
    const { code, message } = await lost;
    assert.deepEqual([code, /lost the records/.test(message)], ['AU_NATS_UNREACHABLE', true]);
    assert.equal(lease.isHeld(), false);
    await lease.close();
  });

  it('one that comes back at its address need not wait', async () => {
    const [port] = await freePorts(1);
    const options = { host: '127.0.0.1', port: port!, ttlMs: 60_000, logger };
    const killed = await connect('killed');
    await takeLease(killed, { ...options, onLost: never });
    await killed.close();
    const again = await takeLease(await connect('again'), { ...options, onLost: never });
    assert.ok(again.isHeld());
    await again.close();
  });
});
