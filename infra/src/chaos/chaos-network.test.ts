import assert from 'node:assert/strict';
import { once } from 'node:events';
import { createServer, connect as dial, type Server } from 'node:net';
import { after, before, describe, it } from 'node:test';
import { minioAbsence, startMinio } from '../minio/minio.fixture.js';
import { openStore } from '../store/open-store.js';
import { type ChaosNetwork, roadsFrom, startChaosNetwork } from './chaos-network.js';
import { startTcpProxy } from './tcp-proxy.js';

const options = { workers: 2, coordinators: 2, storeIsServer: true, env: { MORE: '1' } };

describe('the roads of a chaos cluster', () => {
  let network: ChaosNetwork;
  const servers: Server[] = [];
  before(async () => {
    network = await startChaosNetwork(options);
    const { nats, coordinators, minio } = network.detour.ports;
    const named = { nats, minio, first: coordinators[0], second: coordinators[1] };
    for (const [name, port] of Object.entries(named)) {
      const server = createServer((socket) => socket.on('error', () => {}).end(name)).listen(port, '127.0.0.1');
      await once(server, 'listening');
      servers.push(server);
    }
  });
  after(async () => {
    await network.close();
    for (const server of servers) server.close();
  });

  it('lead every client to every server, each on a port of its own', async () => {
    const { coordinators, workers } = network.detour;
    const told: [string, string][] = [];
    for (const { nats, store } of [...coordinators, ...workers]) told.push(['nats', nats], ['minio', store!]);
    for (const { coordinators: addresses } of workers)
      told.push(['first', `tcp://${addresses[0]}`], ['second', `tcp://${addresses[1]}`]);
    for (const [server, url] of told) assert.equal(await saidAt(Number(new URL(url).port)), server);
    assert.equal(new Set(told.map(([, url]) => new URL(url).port)).size, 4 * 2 + 2 * 2);
    assert.deepEqual([...network.roads.keys()], ['coordinator', 'coordinator-1', 'worker-0', 'worker-1']);
    assert.deepEqual(
      coordinators.map(({ env }) => env),
      [{ AUSEQ_CLOCK_NAME: 'coordinator' }, { AUSEQ_CLOCK_NAME: 'coordinator-1' }],
    );
    assert.deepEqual(network.detour.env, { MORE: '1' });
  });

  it('are told apart by the server they lead to', () => {
    const ports = (name: string, from: Parameters<typeof roadsFrom>[1]) =>
      roadsFrom(network.roads.get(name)!, from).map(({ port }) => port);
    const [nats, coordinators, store] = (['nats', 'coordinator', 'store'] as const).map((from) =>
      ports('worker-0', from),
    );
    assert.deepEqual([nats!.length, coordinators!.length, store!.length], [1, 2, 1]);
    assert.deepEqual(ports('worker-0', 'both'), [...nats!, ...coordinators!]);
    assert.deepEqual(ports('worker-0', 'all'), [...nats!, ...coordinators!, ...store!]);
    assert.deepEqual(ports('coordinator', 'coordinator'), []);
    assert.equal(ports('coordinator', 'all').length, 2);
  });

  it('lead to no store where that is a folder', async () => {
    const plain = await startChaosNetwork({ ...options, coordinators: 1, storeIsServer: false });
    const { coordinators, workers } = plain.detour;
    assert.deepEqual(
      [...coordinators, ...workers].map(({ store }) => store),
      [null, null, null],
    );
    assert.deepEqual(roadsFrom(plain.roads.get('worker-1')!, 'store'), []);
    await plain.close();
  });
});

const noMinio = minioAbsence('the road to MinIO');

describe('the road to MinIO', { skip: noMinio ?? false }, () => {
  it('takes signed requests at the port of the proxy, fails when cut, and waits when held', async () => {
    const minio = await startMinio();
    const proxy = await startTcpProxy({ host: '127.0.0.1', targetPort: minio.port });
    try {
      process.env.AUSEQ_S3_ACCESS_KEY = minio.user;
      process.env.AUSEQ_S3_SECRET_KEY = minio.password;
      const far = await openStore(`s3://auseq?endpoint=http://127.0.0.1:${proxy.port}`);
      const near = await openStore(`s3://auseq?endpoint=${minio.endpoint}`);
      const big = Buffer.alloc(20 << 20, 'auseq');
      await far.put('a/big', big);
      assert.ok(Buffer.from(await near.get('a/big')).equals(big));
      assert.ok(Buffer.from(await far.get('a/big')).equals(big));

      proxy.setRules({ held: true });
      const cutting = setInterval(() => proxy.cut(), 10); // the request may not have a connection yet
      await assert.rejects(far.put('a/cut', Buffer.from('x')), { code: 'AU_STORE_UNREACHABLE' });
      clearInterval(cutting);
      await assert.rejects(far.put('a/late', Buffer.from('x'), AbortSignal.timeout(50)));
      assert.equal(await near.stat('a/cut'), null);

      const held = far.put('a/held', Buffer.from('held'));
      proxy.setRules({ held: false });
      await held;
      assert.equal(Buffer.from(await near.get('a/held')).toString(), 'held');
    } finally {
      await proxy.close();
      await minio.stop();
    }
  });
});

/** What the server at this port says before it ends. */
async function saidAt(port: number): Promise<string> {
  const socket = dial({ host: '127.0.0.1', port });
  let said = '';
  for await (const chunk of socket) said += String(chunk);
  return said;
}
