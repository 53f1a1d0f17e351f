import assert from 'node:assert/strict';
import { test } from 'node:test';
import { loadConfig } from '@auseq/configs/load-config';
import { refuseOtherBits } from './compare-provenance.js';
import { variantOf } from './provenance.js';

const of = (file: string) => variantOf(loadConfig({ file }).config);

test('the published model has no variant, so that its older checkpoints are resumed', () => {
  for (const file of ['deca_pretrain_video_OnlyE2', 'demo', 'tiny', 'no-masks', 'au-losses'])
    assert.deepEqual(of(file), {}, file);
});

test('what the weights do not tell of a variant is recorded', () => {
  assert.deepEqual(JSON.parse(of('bivit2').variant!), {
    network: 'bivit2',
    head: 'EandJT',
    residual: true,
    jaw: 'add',
    sh_basis: 'deca',
    windowsize: 7,
  });
  assert.equal(JSON.parse(of('window7').variant!).windowsize, 7);
  assert.throws(
    () => refuseOtherBits('x', [{ field: 'variant', before: 'not recorded', now: of('exp-only').variant! }]),
    {
      code: 'AU_CHECKPOINT_PROVENANCE',
    },
  );
});
