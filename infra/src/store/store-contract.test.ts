import assert from 'node:assert/strict';
import { mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, describe, it } from 'node:test';
import { pathToFileURL } from 'node:url';
import { AuseqError, type ErrorCode } from '@auseq/proto/errors';
import { Client } from 'minio';
import { type MinioFixture, minioAbsence, startMinio } from '../minio/minio.fixture.js';
import { freePorts } from '../supervisor/free-ports.js';
import type { ObjectStore } from './object-store.js';
import { openStore } from './open-store.js';
import { partBytes } from './s3-upload.js';

const coded = (code: ErrorCode) => (error: unknown) => error instanceof AuseqError && error.code === code;
const text = (bytes: Uint8Array) => Buffer.from(bytes).toString();

async function keysOf(store: ObjectStore, prefix: string): Promise<string[]> {
  const keys: string[] = [];
  for await (const { key } of store.list(prefix)) keys.push(key);
  return keys;
}

async function* chunksOf(count: number, size: number): AsyncIterable<Uint8Array> {
  for (let index = 0; index < count; index++) yield Buffer.alloc(size, index);
}

async function* repeated(chunk: Uint8Array, count: number): AsyncIterable<Uint8Array> {
  for (let index = 0; index < count; index++) yield chunk;
}

async function* breakingAfter(source: AsyncIterable<Uint8Array>): AsyncIterable<Uint8Array> {
  yield* source;
  throw new Error('the source broke');
}

/** What every store promises, whatever lies beneath. */
function contract(open: () => ObjectStore): void {
  it('gives back what was put, over an older object too', async () => {
    const store = open();
    await store.put('a/one.txt', Buffer.from('first'));
    await store.put('a/one.txt', Buffer.from('second'));
    assert.equal(text(await store.get('a/one.txt')), 'second');
    assert.deepEqual(await store.stat('a/one.txt'), { key: 'a/one.txt', bytes: 6 });
  });

  it('keeps the bytes of a view and not of its whole buffer', async () => {
    const store = open();
    const whole = Float32Array.of(1, 2, 3, 4);
    await store.put('a/view', new Uint8Array(whole.buffer, 4, 8));
    assert.deepEqual([...(await store.get('a/view'))], [...new Uint8Array(whole.buffer, 4, 8)]);
  });

  it('takes and gives streams and empty objects', async () => {
    const store = open();
    await store.put('b/stream', chunksOf(40, 100_000));
    let bytes = 0;
    for await (const chunk of await store.getStream('b/stream')) bytes += chunk.byteLength;
    assert.equal(bytes, 4_000_000);
    await store.put('b/empty', new Uint8Array());
    assert.equal((await store.get('b/empty')).byteLength, 0);
  });

  it('lists by prefix in key order', async () => {
    const store = open();
    const keys = ['l/x/b', 'l/x-y', 'l/x/a', 'l/xa', 'l/ä', 'm/1'];
    for (const key of keys) await store.put(key, Buffer.from(key));
    assert.deepEqual(await keysOf(store, 'l/'), ['l/x-y', 'l/x/a', 'l/x/b', 'l/xa', 'l/ä']);
    assert.deepEqual(await keysOf(store, 'l/x/'), ['l/x/a', 'l/x/b']);
    assert.deepEqual(await keysOf(store, 'l/xa'), ['l/xa']);
    assert.deepEqual(await keysOf(store, 'nothing/'), []);
    assert.ok((await keysOf(store, '')).includes('m/1'));
  });

  it('says that an object is missing, and removing it is no error', async () => {
    const store = open();
    await assert.rejects(store.get('no/such'), coded('AU_OBJECT_NOT_FOUND'));
    await assert.rejects(store.getStream('no/such'), coded('AU_OBJECT_NOT_FOUND'));
    assert.equal(await store.stat('no/such'), null);
    await store.remove('no/such');
    await store.put('r/gone', Buffer.from('x'));
    await store.remove('r/gone');
    assert.equal(await store.stat('r/gone'), null);
  });

  it('takes a folder of objects for no object', async () => {
    const store = open();
    await store.put('f/g/h', Buffer.from('x'));
    assert.equal(await store.stat('f/g'), null);
    await assert.rejects(store.get('f/g'), coded('AU_OBJECT_NOT_FOUND'));
  });

  it('refuses keys that are no plain relative paths', async () => {
    const store = open();
    for (const key of ['', '/a', 'a/', 'a//b', '../a', 'a/../b', './a', 'a\\b', 'a\0b', 'x'.repeat(1025)]) {
      await assert.rejects(async () => store.put(key, Buffer.from('x')), coded('AU_STORE_KEY'), key);
      await assert.rejects(async () => store.get(key), coded('AU_STORE_KEY'), key);
    }
    await assert.rejects(keysOf(store, '../'), coded('AU_STORE_KEY'));
  });

  it('shows nothing of an object whose source broke', async () => {
    const store = open();
    await assert.rejects(store.put('p/broken', breakingAfter(chunksOf(1, 100_000))), /^Error: the source broke$/);
    assert.equal(await store.stat('p/broken'), null);
    assert.deepEqual(await keysOf(store, 'p/'), []);
  });

  it('heeds the signal', async () => {
    const store = open();
    const reason = new Error('enough');
    const signal = AbortSignal.abort(reason);
    await assert.rejects(async () => store.put('s/a', Buffer.from('x'), signal), reason);
    await assert.rejects(async () => store.get('s/a', signal));
    const limit = AbortSignal.timeout(50);
    await assert.rejects(store.put('s/slow', endless(), limit), /timeout/);
    await assert.rejects(store.put('s/slow', silent(), AbortSignal.timeout(50)), /timeout/);
    assert.equal(await store.stat('s/slow'), null);
  });

  it('lets many writers of one key end with one whole object', async () => {
    const store = open();
    await Promise.all(Array.from({ length: 8 }, (_, index) => store.put('w/same', Buffer.alloc(50_000, index))));
    const bytes = await store.get('w/same');
    assert.equal(bytes.byteLength, 50_000);
    assert.ok(bytes.every((byte) => byte === bytes[0]));
  });
}

async function* endless(): AsyncIterable<Uint8Array> {
  for (;;) {
    await new Promise((resolve) => setTimeout(resolve, 5));
    yield Buffer.alloc(1000);
  }
}

async function* silent(): AsyncIterable<Uint8Array> {
  yield Buffer.alloc(10);
  await new Promise((resolve) => setTimeout(resolve, 3_000));
}

describe('a store in a folder', () => {
  const folder = mkdtempSync(join(tmpdir(), 'auseq-store-'));
  let store: ObjectStore;
  before(async () => {
    store = await openStore(pathToFileURL(join(folder, 'root')).href);
  });
  after(() => rmSync(folder, { recursive: true, force: true }));
  contract(() => store);

  it('leaves no unfinished file behind', () => {
    assert.deepEqual(readdirSync(join(folder, 'root', '.parts')), []);
  });

  it('refuses a key below an object', async () => {
    await store.put('o/bject', Buffer.from('x'));
    await assert.rejects(store.put('o/bject/below', Buffer.from('x')), coded('AU_STORE_KEY'));
  });

  it('refuses its own folder of unfinished files as a key', async () => {
    await assert.rejects(async () => store.put('.parts/x', Buffer.from('x')), coded('AU_STORE_KEY'));
  });
});

const noMinio = minioAbsence('the store contract against MinIO');

describe('a store in MinIO', { skip: noMinio ?? false }, () => {
  let server: MinioFixture;
  let endpoint: string;
  let store: ObjectStore;

  before(async () => {
    server = await startMinio();
    endpoint = server.endpoint;
    process.env.AUSEQ_S3_ACCESS_KEY = server.user;
    process.env.AUSEQ_S3_SECRET_KEY = server.password;
    store = await openStore(`s3://runs-of-test/deep/prefix?endpoint=${endpoint}`);
  });
  after(() => server.stop());

  contract(() => store);

  it('opens a bucket that is there, and sees only its prefix', async () => {
    const whole = await openStore(`s3://runs-of-test?endpoint=${endpoint}`);
    await whole.put('deep/prefixed', Buffer.from('x'));
    assert.ok((await keysOf(whole, 'deep/')).every((key) => key === 'deep/prefixed' || key.startsWith('deep/prefix/')));
    assert.ok(!(await keysOf(store, '')).includes('ed'));
  });

  it('lists more than a page', async () => {
    const keys = Array.from({ length: 1050 }, (_, index) => `many/${String(index).padStart(5, '0')}`);
    for (let at = 0; at < keys.length; at += 50)
      await Promise.all(keys.slice(at, at + 50).map((key) => store.put(key, Buffer.from('x'))));
    assert.deepEqual(await keysOf(store, 'many/'), keys);
  });

  it('uploads what is larger than a part, alone and beside another writer, and leaves no unfinished upload', async () => {
    const big = Buffer.alloc(partBytes * 2 + 12_345);
    for (let at = 0; at < big.length; at += 4096) big.writeUInt32LE(at, at);
    await store.put('big/whole', big);
    assert.ok(Buffer.compare(Buffer.from(await store.get('big/whole')), big) === 0);
    const writers = [7, 9].map((byte) => store.put('big/same', repeated(Buffer.alloc(1 << 20, byte), 40)));
    await Promise.all(writers);
    const bytes = await store.get('big/same');
    assert.equal(bytes.byteLength, 40 << 20);
    assert.ok(Buffer.from(bytes).equals(Buffer.alloc(40 << 20, bytes[0]!)));
    await assert.rejects(
      store.put('big/broken', breakingAfter(repeated(Buffer.alloc(1 << 20), 70))),
      /the source broke/,
    );
    assert.equal(await store.stat('big/broken'), null);
    const { hostname, port } = new URL(endpoint);
    const client = new Client({
      endPoint: hostname,
      port: Number(port),
      useSSL: false,
      accessKey: server.user,
      secretKey: server.password,
    });
    for await (const left of client.listIncompleteUploads('runs-of-test', 'deep/prefix/big/broken', true))
      assert.fail(JSON.stringify(left));
  });

  it('is used by a process whose clock is hours off, from its start or since it jumped', async (t) => {
    const hours = 3_600_000;
    await store.put('clock/before', Buffer.from('x'));
    for (const off of [5 * hours, -5 * hours]) {
      t.mock.timers.enable({ apis: ['Date'], now: Date.now() + off });
      await store.put('clock/jumped', Buffer.from(String(off)));
      assert.equal(text(await store.get('clock/jumped')), String(off));
      const late = await openStore(`s3://runs-of-test/deep/prefix?endpoint=${endpoint}`);
      await late.put('clock/late', chunksOf(3, 10));
      assert.deepEqual(await late.stat('clock/late'), { key: 'clock/late', bytes: 30 });
      assert.deepEqual(await keysOf(late, 'clock/'), ['clock/before', 'clock/jumped', 'clock/late']);
      t.mock.timers.reset();
      for (const name of ['jumped', 'late']) await store.remove(`clock/${name}`);
    }
  });

  it('says that the credentials are wrong', async () => {
    process.env.AUSEQ_S3_SECRET_KEY = 'another-password';
    await assert.rejects(openStore(`s3://runs-of-test?endpoint=${endpoint}`), coded('AU_STORE_REFUSED'));
    process.env.AUSEQ_S3_SECRET_KEY = server.password;
  });

  it('says that nobody answers', async () => {
    const [port] = (await freePorts(1)) as [number];
    await assert.rejects(openStore(`s3://bucket?endpoint=http://127.0.0.1:${port}`), coded('AU_STORE_UNREACHABLE'));
  });
});

describe('store URLs', () => {
  it('refuses what names no store', async () => {
    for (const url of [
      '/tmp/x',
      'file://host/x',
      'ftp://x',
      's3://b',
      's3://b?endpoint=x',
      's3://UPPER_?endpoint=http://a:1',
    ])
      await assert.rejects(openStore(url), coded('AU_USAGE'), url);
  });
});
