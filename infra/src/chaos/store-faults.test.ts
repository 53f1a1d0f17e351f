import assert from 'node:assert/strict';
import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { endStoreFaults, storeFaultsOf, writeStoreFaults } from './store-faults.js';

const at = { step: 1 };

test('each kind of store fault says what stores read', () => {
  assert.deepEqual(storeFaultsOf({ kind: 'store-error', at, seconds: 2 }), { error: 'unreachable' });
  assert.deepEqual(storeFaultsOf({ kind: 'disk-full', at, seconds: 1 }), { error: 'quota' });
  assert.deepEqual(storeFaultsOf({ kind: 'store-slow', at, seconds: 1, delay_ms: 7 }), { delayMs: 7 });
  assert.equal(storeFaultsOf({ kind: 'kill-coordinator', at }), null);
});

test('the file is replaced whole, and who ends a fault leaves a later one', () => {
  const folder = mkdtempSync(join(tmpdir(), 'auseq-store-faults-'));
  const file = join(folder, 'faults.json');
  writeStoreFaults(file, { error: 'quota' });
  writeStoreFaults(file, { delayMs: 3 });
  assert.deepEqual(JSON.parse(readFileSync(file, 'utf8')), { delayMs: 3 });
  endStoreFaults(file, { error: 'quota' });
  assert.deepEqual(readdirSync(folder), ['faults.json']);
  endStoreFaults(file, { delayMs: 3 });
  endStoreFaults(file, { delayMs: 3 });
  assert.deepEqual(readdirSync(folder), []);
  rmSync(folder, { recursive: true });
});
