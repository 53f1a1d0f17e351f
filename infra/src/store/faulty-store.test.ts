import assert from 'node:assert/strict';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, describe, it } from 'node:test';
import { pathToFileURL } from 'node:url';
import { openStore } from './open-store.js';

describe('a store that fails on purpose', () => {
  const folder = mkdtempSync(join(tmpdir(), 'auseq-faults-'));
  const file = join(folder, 'faults.json');
  const open = () => openStore(pathToFileURL(join(folder, 'store')).href);
  after(() => {
    delete process.env.AUSEQ_STORE_FAULTS;
    rmSync(folder, { recursive: true, force: true });
  });

  it('is as any other without the variable, and while the file is missing', async () => {
    writeFileSync(file, '{"error": "unreachable"}');
    await (await open()).put('a', Buffer.from('x'));
    process.env.AUSEQ_STORE_FAULTS = join(folder, 'missing.json');
    await (await open()).put('b', Buffer.from('x'));
  });

  it('reads the file at each call', async () => {
    process.env.AUSEQ_STORE_FAULTS = file;
    await assert.rejects(open(), { code: 'AU_STORE_UNREACHABLE' });
    writeFileSync(file, '');
    const store = await open();
    await store.put('c', Buffer.from('x'));
    writeFileSync(file, '{"error": "refused"}');
    await assert.rejects(store.get('c'), { code: 'AU_STORE_REFUSED' });
    writeFileSync(file, '');
    assert.equal(Buffer.from(await store.get('c')).toString(), 'x');
    writeFileSync(file, 'no json');
    await assert.rejects(store.get('c'), { code: 'AU_USAGE' });
  });

  it('is full beyond a quota, for puts only', async () => {
    process.env.AUSEQ_STORE_FAULTS = file;
    writeFileSync(file, '{"error": "quota", "quotaBytes": 10}');
    const store = await open();
    await store.put('d', Buffer.alloc(8));
    await assert.rejects(store.put('e', Buffer.alloc(8)), { code: 'AU_STORE_FULL' });
    assert.equal((await store.get('d')).byteLength, 8);
    assert.equal(await store.stat('e'), null);
  });

  it('waits no longer than the signal', async () => {
    process.env.AUSEQ_STORE_FAULTS = file;
    writeFileSync(file, '');
    const store = await open();
    writeFileSync(file, '{"delayMs": 60000}');
    await assert.rejects(store.put('f', Buffer.alloc(1), AbortSignal.timeout(20)));
    writeFileSync(file, '');
    assert.equal(await store.stat('f'), null);
  });
});
