import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { editDistance, nearest } from './nearest.js';

test('edit distance is a symmetric distance bounded by the longer word', () => {
  const word = fc.string({ maxLength: 8 });
  fc.assert(
    fc.property(word, word, (a, b) => {
      const distance = editDistance(a, b);
      assert.equal(distance, editDistance(b, a));
      assert.equal(distance === 0, a === b);
      assert.ok(distance <= Math.max(a.length, b.length));
    }),
  );
});

test('a swap is one edit', () => assert.equal(editDistance('sede', 'seed'), 1));

test('only a near candidate is guessed', () => {
  assert.equal(nearest('max_stpes', ['max_steps', 'max_epochs']), 'max_steps');
  assert.equal(nearest('zzz', ['max_steps', 'lr']), null);
});
