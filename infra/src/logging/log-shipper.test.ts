import assert from 'node:assert/strict';
import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, describe, it } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import { pathToFileURL } from 'node:url';
import type { ObjectStore } from '../store/object-store.js';
import { openStore } from '../store/open-store.js';
import { partNumber } from './log-keys.js';
import { LogBuffer } from './log-parts.js';
import { createLogShipper } from './log-shipper.js';
import { createLogger, tee } from './logger.js';

const folder = mkdtempSync(join(tmpdir(), 'auseq-logs-'));
after(() => rmSync(folder, { recursive: true, force: true }));
let stores = 0;
const newStore = () => openStore(pathToFileURL(join(folder, String(stores++))).href);

async function linesOf(store: ObjectStore, prefix: string): Promise<Record<string, unknown>[]> {
  const lines: Record<string, unknown>[] = [];
  for await (const { key } of store.list(prefix)) {
    const text = Buffer.from(await store.get(key)).toString();
    lines.push(
      ...text
        .trimEnd()
        .split('\n')
        .map((line) => JSON.parse(line) as Record<string, unknown>),
    );
  }
  return lines;
}

/** Waits for a condition that only time brings; how much time a busy machine takes is no part of any test here. */
async function until(holds: () => boolean, what: string): Promise<void> {
  const deadline = Date.now() + 20_000;
  for (; !holds(); await sleep(5)) assert.ok(Date.now() < deadline, `not within 20 s: ${what}`);
}

/** A store that is away until it is told to come back. */
function flaky(inner: ObjectStore) {
  const state = { away: true, tries: 0 };
  const store: ObjectStore = {
    url: inner.url,
    put: (key, data, signal) => {
      state.tries++;
      return state.away ? Promise.reject(new Error('away')) : inner.put(key, data, signal);
    },
    get: (key, signal) => inner.get(key, signal),
    getStream: (key, signal) => inner.getStream(key, signal),
    list: (prefix, signal) => inner.list(prefix, signal),
    stat: (key, signal) => inner.stat(key, signal),
    remove: (key, signal) => inner.remove(key, signal),
  };
  return { store, state };
}

describe('the log shipper', () => {
  it('rolls parts by size; every line arrives once, in order, with its fields', async () => {
    const store = await newStore();
    const shipper = createLogShipper(store, 'runs/r/logs/worker-1', { partBytes: 2000 });
    let step = 0;
    const log = createLogger({
      role: 'step',
      run: 'r',
      worker: 'worker-1',
      step: () => step,
      destination: tee(shipper),
    });
    for (; step < 100; step++) log.info({ loss: step / 2 }, 'step done');
    shipper.end();
    await once(shipper, 'finish');
    const lines = await linesOf(store, 'runs/r/logs/worker-1-');
    assert.deepEqual(
      lines.map((line) => line.step),
      Array.from({ length: 100 }, (_, index) => index),
    );
    const { role, run, worker, level, msg } = lines[7]!;
    assert.deepEqual(
      { role, run, worker, level, msg },
      { role: 'step', run: 'r', worker: 'worker-1', level: 'info', msg: 'step done' },
    );
    const keys: string[] = [];
    for await (const { key } of store.list('runs/r/logs/')) keys.push(key);
    assert.ok(keys.length > 5);
    assert.equal(keys[0], 'runs/r/logs/worker-1-000000.ndjson');
  });

  it('continues after the parts of an earlier life, and is not misled by worker-10', async () => {
    const store = await newStore();
    await store.put('l/worker-1-000004.ndjson', Buffer.from('{}\n'));
    await store.put('l/worker-1-extra-000009.ndjson', Buffer.from('{}\n'));
    const shipper = createLogShipper(store, 'l/worker-1');
    shipper.write('{"a":1}\n');
    shipper.end();
    await once(shipper, 'finish');
    assert.ok(await store.stat('l/worker-1-000005.ndjson'));
    assert.equal(partNumber('l/worker-1', 'l/worker-10-000000.ndjson'), null);
  });

  it('writes by age, keeps lines while the store is away, and loses none when it returns', async () => {
    const { store, state } = flaky(await newStore());
    const shipper = createLogShipper(store, 'l/w', { partMs: 20, partBytes: 100 });
    for (let line = 0; line < 50; line++) shipper.write(`{"line":${line}}\n`);
    await until(() => state.tries >= 3, 'three attempts by age');
    assert.ok(shipper.failure instanceof Error);
    const before = state.tries;
    for (let line = 50; line < 100; line++) shipper.write(`{"line":${line}}\n`);
    assert.equal(state.tries, before, 'writing to a store that is away must not try it again');
    state.away = false;
    await until(() => shipper.failure === null, 'the store has taken all');
    shipper.end();
    await once(shipper, 'finish');
    const lines = await linesOf(store, 'l/w-');
    assert.deepEqual(
      lines.map(({ line }) => line),
      Array.from({ length: 100 }, (_, line) => line),
    );
  });

  it('ends although the store never comes', async () => {
    const { store } = flaky(await newStore());
    const shipper = createLogShipper(store, 'l/w', { timeoutMs: 100 });
    shipper.write('{}\n');
    shipper.end();
    await once(shipper, 'finish');
    assert.ok(shipper.failure);
  });
});

describe('the buffer of log lines', () => {
  it('drops the oldest beyond its bound and says how many', () => {
    const buffer = new LogBuffer(30);
    for (let line = 0; line < 10; line++) buffer.add(Buffer.from(`{"line":${line}}\n`));
    const lines = buffer.take(1000, new Date(0))!.text.toString().trimEnd().split('\n');
    assert.equal(JSON.parse(lines[0]!).dropped, 8);
    assert.deepEqual(lines.slice(1), ['{"line":8}', '{"line":9}']);
    assert.equal(buffer.take(1000, new Date(0)), null);
  });
});

describe('the logger', () => {
  it('hides secrets', () => {
    const lines: string[] = [];
    createLogger({ role: 'agent', destination: { write: (line) => lines.push(line) } }).info(
      { store: { secretKey: 'x1y2' } },
      'opened',
    );
    assert.ok(!lines[0]!.includes('x1y2'));
  });
});
