import assert from 'node:assert/strict';
import { createHash, randomBytes } from 'node:crypto';
import { createServer } from 'node:net';
import { after, before, describe, it } from 'node:test';
import { setTimeout as pause } from 'node:timers/promises';
import { type NatsFixture, startNats } from '@auseq/infra/nats/nats.fixture';
import { type DataLink, openDataLink } from './data-link.js';

const digest = (bytes: Uint8Array) => createHash('sha256').update(bytes).digest('hex');
const deadlineMs = 10_000;

describe('a data link', () => {
  let nats: NatsFixture;
  const links: DataLink[] = [];
  before(async () => {
    nats = await startNats();
  });
  after(async () => {
    for (const link of links) link.close();
    await nats.stop();
  });
  const open = async (name: string) => {
    const heard: string[] = [];
    const onMessage = (subject: string, payload: Uint8Array) => heard.push(`${subject} ${digest(payload)}`);
    const link = await openDataLink({ url: nats.url, name, timeoutMs: 5_000, onMessage });
    links.push(link);
    return { link, heard };
  };
  const until = async (what: string, look: () => boolean) => {
    const giveUpAt = Date.now() + deadlineMs;
    while (!look()) {
      if (Date.now() > giveUpAt) throw new Error(`waited in vain: ${what}`);
      await pause(10);
    }
  };

  it('carries payloads of any size, in parts, also from shared memory, to all but its own end', async () => {
    const [one, other] = [await open('one'), await open('other')];
    for (const { link } of [one, other]) link.subscribe('blob.>');
    const end = other.link.subscribe('late.*');
    await Promise.all([one.link.flush(), other.link.flush()]);
    const wanted: string[] = [];
    for (const size of [0, 1, 1000, 262_143, 262_144, 524_288, 1_000_001, 8_000_000]) {
      const shared = new Uint8Array(new SharedArrayBuffer(size));
      shared.set(randomBytes(size));
      const head = randomBytes(24);
      one.link.publish(`blob.${size}`, [head, shared]);
      one.link.publish(`unheard.${size}`, [head]);
      wanted.push(`blob.${size} ${digest(Buffer.concat([head, shared]))}`);
    }
    await until('all blobs', () => other.heard.length === wanted.length);
    assert.deepEqual(other.heard, wanted);
    assert.deepEqual(one.heard, [], 'no echo');

    end();
    one.link.publish('late.1', [randomBytes(8)]);
    await one.link.flush();
    await other.link.flush();
    assert.equal(other.heard.length, wanted.length);
  });

  it('is open again after the server was, with its subscriptions; what was sent meanwhile is dropped', async () => {
    const [one, other] = [await open('one'), await open('other')];
    other.link.subscribe('again.*');
    await other.link.flush();
    await nats.restart();
    one.link.publish('again.lost', [randomBytes(9)]);
    await one.link.flush();
    const giveUpAt = Date.now() + deadlineMs;
    while (!other.heard.some((line) => line.startsWith('again.here')) && Date.now() < giveUpAt) {
      one.link.publish('again.here', [randomBytes(9)]);
      await pause(50);
    }
    assert.match(other.heard.join(), /again\.here/);
    assert.doesNotMatch(other.heard.join(), /again\.lost/);
  });

  it('refuses what is no NATS server that it can speak with, coded', async () => {
    const refusal = (says: string) =>
      new Promise<unknown>((resolve) => {
        const server = createServer((socket) => {
          socket.on('error', () => {});
          socket.write(says);
        });
        server.listen(0, '127.0.0.1', async () => {
          const { port } = server.address() as { port: number };
          const options = { name: 'x', timeoutMs: 400, onMessage: () => {} };
          await openDataLink({ url: `nats://127.0.0.1:${port}`, ...options }).then(resolve, resolve);
          server.close();
        });
      });
    const cases: [string, RegExp][] = [
      ['INFO {"max_payload":1048576,"tls_required":true}\r\n', /TLS/],
      ['INFO {"max_payload":1048576,"auth_required":true}\r\n', /credentials/],
      ['SSH-2.0-OpenSSH_9.6\r\n', /SSH/],
      ['', /did not answer/],
    ];
    for (const [says, why] of cases) {
      const error = (await refusal(says)) as { code: string; why: string };
      assert.equal(error.code, 'AU_NATS_UNREACHABLE', says);
      assert.match(error.why, why);
    }
    const options = { name: 'x', timeoutMs: 400, onMessage: () => {} };
    for (const url of ['ws://127.0.0.1:4222', 'nats://me:secret@127.0.0.1:4222', 'tls://127.0.0.1'])
      await assert.rejects(openDataLink({ url, ...options }), { code: 'AU_NATS_UNREACHABLE' });
  });
});
