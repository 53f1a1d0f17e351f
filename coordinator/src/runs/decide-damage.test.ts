import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { damagedBase, decideDamage } from './decide-damage.js';
import { aRun } from './run-record.fixture.js';

const key = 'runs/trial/checkpoints/00000040/manifest.json';
const record = aRun({ state: 'starting', members: ['w0', 'w1'], latestCheckpoint: key, step: 40 });
const error = { code: 'AU_CHECKPOINT_CORRUPT', what: 'it is damaged', why: 'part-000 is missing', try: '', where: key };

describe('a damaged base', () => {
  it('is one only where the error names it and the run is starting', () => {
    assert.equal(damagedBase(record, error), key);
    for (const other of [{ code: 'AU_NUMERIC' }, { where: 'a.model.tar' }, { where: undefined }])
      assert.equal(damagedBase(record, { ...error, ...other }), null);
    assert.equal(damagedBase({ ...record, state: 'running' }, error), null);
    assert.equal(damagedBase({ ...record, latestCheckpoint: '' }, { ...error, where: '' }), null);
  });

  it('is marked, and the run begins again from the older one, whatever newer ones there are', () => {
    const older = { key: 'older', step: 20, sha256: 'twenty' };
    const change = decideDamage({ ...record, damaged: ['before'] }, key, error, older);
    assert.deepEqual(change.damaged, ['before', key]);
    assert.deepEqual(
      [change.state, change.fromStep, change.step, change.latestCheckpoint],
      ['starting', 20, 20, 'older'],
    );
    assert.deepEqual([change.members, change.lastMembers], [[], 2]);
    assert.equal(change.reason, 'it is damaged (part-000 is missing); goes on from the checkpoint of step 20');
    assert.equal('restarts' in change, false);
  });

  it('leaves the seed where nothing is older', () => {
    const change = decideDamage(record, key, error, null);
    assert.deepEqual([change.fromStep, change.step, change.latestCheckpoint, change.stateDigest], [0, 0, '', '']);
    assert.match(change.reason!, /goes on from the seed/);
  });
});
