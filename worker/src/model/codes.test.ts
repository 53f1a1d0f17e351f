import assert from 'node:assert/strict';
import { test } from 'node:test';
import { AuseqError } from '@auseq/proto/errors';
import { tf } from '../tensor/tf.js';
import { bivitCodeLayout, codeRange, codeSize, decomposeCode, decomposeRow, eFlameCodeLayout } from './codes.js';

test('the layouts have 127 and 236 columns in the legacy order', () => {
  assert.equal(codeSize(bivitCodeLayout), 127);
  assert.equal(codeSize(eFlameCodeLayout), 236);
  assert.deepEqual(codeRange(eFlameCodeLayout, 'cam'), { start: 206, size: 3 });
  assert.throws(() => codeRange(bivitCodeLayout, 'pose'), AuseqError);
});

test('codes are cut by columns, light is seen as 9 x 3', () => {
  tf.tidy(() => {
    const flat = tf.range(0, 2 * 127).reshape([2, 127]);
    const { tex, exp, light } = decomposeCode(flat, bivitCodeLayout);
    assert.deepEqual(
      [tex!.shape, exp!.shape, light!.shape],
      [
        [2, 50],
        [2, 50],
        [2, 9, 3],
      ],
    );
    assert.equal(exp!.dataSync()[50], 127 + 50);
    assert.equal(light!.dataSync()[27], 127 + 100);
    const row = decomposeRow(flat.dataSync().slice(127) as Float32Array, bivitCodeLayout);
    assert.deepEqual([...row.light!], [...light!.dataSync().slice(27)]);
  });
});
