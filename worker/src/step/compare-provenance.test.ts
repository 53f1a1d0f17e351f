import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { AuseqError } from '@auseq/proto/errors';
import { compareProvenance, describeChange, refuseOtherBits } from './compare-provenance.js';

const written = { tensorflow: '2.21.0', threads: '1', dataset: 'abc', node: 'v20.1.0' };

describe('going on from a checkpoint that was written under other conditions', () => {
  it('is nothing when they are the same', () => {
    assert.deepEqual(compareProvenance(written, { ...written }), []);
    refuseOtherBits('k', []);
  });

  it('names each change, and what only one side recorded', () => {
    const { threads: _, ...now } = { ...written, dataset: 'def', device: 'cpu' };
    assert.deepEqual(compareProvenance(written, now).map(describeChange), [
      'threads was 1, is not recorded',
      'dataset was abc, is def',
      'device was not recorded, is cpu',
    ]);
  });

  it('is refused where bits depend on it (PROTOCOL 21), not for another Node', () => {
    refuseOtherBits('k', compareProvenance(written, { ...written, node: 'v22.0.0' }));
    assert.throws(
      () => refuseOtherBits('runs/r/k', compareProvenance(written, { ...written, threads: '2', node: 'v22.0.0' })),
      (error) =>
        error instanceof AuseqError &&
        error.code === 'AU_CHECKPOINT_PROVENANCE' &&
        /runs\/r\/k/.test(error.message) &&
        /threads was 1, is 2/.test(JSON.stringify(error.toJSON())) &&
        !/v22/.test(JSON.stringify(error.toJSON())),
    );
  });
});
