import assert from 'node:assert/strict';
import { it } from 'node:test';
import { createBufferPool } from './buffer-pool.js';

it('memory that was given back is used again, once however often it was', () => {
  const pool = createBufferPool();
  const first = pool.take(9);
  for (const _ of [1, 2]) pool.give(first.subarray(2));
  pool.give(new Uint8Array(9));
  assert.equal(pool.take(9), first);
  assert.notEqual(pool.take(9), first);
  assert.notEqual(pool.take(10), first);
});
