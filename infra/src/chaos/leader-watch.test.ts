import assert from 'node:assert/strict';
import { test } from 'node:test';
import { setTimeout as pause } from 'node:timers/promises';
import { coordinatorLease } from '@auseq/proto/subjects';
import { StringCodec } from 'nats';
import { connectNats } from '../nats/connect-nats.js';
import { startNats } from '../nats/nats.fixture.js';
import { leaderOf, watchLeader } from './leader-watch.js';

const ports = [7443, 7444];

test('a lease names the coordinator that serves at its address', () => {
  assert.equal(leaderOf('127.0.0.1:7443#91', ports), 'coordinator');
  assert.equal(leaderOf('127.0.0.1:7444#9', ports), 'coordinator-1');
  for (const lease of ['127.0.0.1:744#9', '127.0.0.1:7443', '', 'x']) assert.equal(leaderOf(lease, ports), null, lease);
});

test('one coordinator always leads; of several it is who holds the lease, also after NATS was away', async () => {
  const alone = await watchLeader('nats://127.0.0.1:1', [7443]);
  assert.equal(alone.leader(), 'coordinator');
  await alone.close();

  const nats = await startNats();
  const connection = await connectNats(nats.url, { name: 'coordinator' });
  const lease = async () => connection.jetstream().views.kv(coordinatorLease.bucket, { history: 1 });
  const bucket = await lease();
  const watch = await watchLeader(nats.url, ports);
  const becomes = async (leader: string | null) => {
    for (const end = performance.now() + 20_000; watch.leader() !== leader; await pause(20))
      assert.ok(performance.now() < end, `it never was ${leader} but ${watch.leader()}`);
  };
  const take = (port: number) => bucket.put(coordinatorLease.key, StringCodec().encode(`127.0.0.1:${port}#1`));
  try {
    await take(7443);
    await becomes('coordinator');
    await take(7444);
    await becomes('coordinator-1');
    await nats.restart();
    await take(7443).catch(() => take(7443));
    await becomes('coordinator');
    await bucket.delete(coordinatorLease.key);
    await becomes(null);
  } finally {
    await watch.close();
    await connection.close();
    await nats.stop();
  }
});
