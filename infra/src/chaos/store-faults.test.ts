import assert from 'node:assert/strict';
import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { storeFaultsOf, writeStoreFaults } from './store-faults.js';

const at = { step: 1 };

test('each kind of store fault says what stores read, until when', () => {
  assert.deepEqual(storeFaultsOf({ kind: 'store-error', at, seconds: 2 }, 1000), {
    error: 'unreachable',
    untilMs: 3000,
  });
  assert.deepEqual(storeFaultsOf({ kind: 'disk-full', at, seconds: 1 }, 1000), { error: 'quota', untilMs: 2000 });
  assert.deepEqual(storeFaultsOf({ kind: 'store-slow', at, seconds: 1, delay_ms: 7 }, 0), {
    delayMs: 7,
    untilMs: 1000,
  });
  assert.equal(storeFaultsOf({ kind: 'kill-coordinator', at }, 0), null);
});

test('the file is replaced whole', () => {
  const folder = mkdtempSync(join(tmpdir(), 'auseq-store-faults-'));
  const file = join(folder, 'faults.json');
  writeStoreFaults(file, { error: 'quota', untilMs: 5 });
  writeStoreFaults(file, { delayMs: 3, untilMs: 6 });
  assert.deepEqual(JSON.parse(readFileSync(file, 'utf8')), { delayMs: 3, untilMs: 6 });
  assert.deepEqual(readdirSync(folder), ['faults.json']);
  rmSync(folder, { recursive: true });
});
