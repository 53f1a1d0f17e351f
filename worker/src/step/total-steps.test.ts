import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { planTotalSteps } from './total-steps.js';

describe('the length of a run', () => {
  const plan = (maxSteps: number, maxEpochs: number, sequencesPerEpoch: number, sequencesPerStep: number) =>
    planTotalSteps({ maxSteps, maxEpochs, sequencesPerEpoch, sequencesPerStep });

  it('is max_steps where that is a number one can count to', () => {
    assert.equal(plan(120, 1, 8, 8), 120);
  });

  it('is else as many steps as use the epochs up, the last one perhaps beyond', () => {
    assert.equal(plan(1e18, 3, 10, 4), 8);
    assert.equal(plan(1e18, 50, 3282, 1), 164_100);
  });

  it('cannot come from an empty epoch', () => {
    assert.throws(() => plan(1e18, 3, 0, 4), { code: 'AU_DATA_EMPTY' });
    assert.equal(plan(5, 3, 0, 4), 5);
  });
});
