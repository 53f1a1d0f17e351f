import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { runConfig } from '@auseq/configs/schema';
import fc from 'fast-check';
import { bytesOf, chooseSync } from './choose-sync.js';
import { checkRunName, nameRun } from './name-run.js';
import { aRun, type ConfigWish, configJson, now } from './run-record.fixture.js';
import { newRun, resumeChange } from './submit-run.js';

const chosen = (wish: ConfigWish) => chooseSync(JSON.parse(configJson({ sync: 'auto', ...wish })));

describe('the way of adding gradients', () => {
  it('is what the config asks for', () => {
    assert.equal(chosen({ sync: 'allreduce' }).sync, 'allreduce');
    assert.equal(chosen({ sync: 'gather' }).reason, 'the config asks for gather');
  });

  it('is the one with fewer bytes on the wire, and never depends on the number of workers', () => {
    assert.equal(chosen({ preset: 'legacy', leaves: 8 }).sync, 'gather');
    assert.equal(chosen({ preset: 'legacy', leaves: 8192 }).sync, 'allreduce');
    assert.match(chosen({ preset: 'legacy' }).reason, /^\d+ sequences of .* MB are .* MB a step, gradients 167 MB$/);
    const wish = fc.record({ leaves: fc.integer({ min: 1, max: 4096 }), leafBatch: fc.integer({ min: 1, max: 8 }) });
    fc.assert(
      fc.property(wish, fc.integer({ min: 0, max: 64 }), (one, workers) => {
        assert.deepEqual(chosen({ ...one, workers }), chosen(one));
      }),
      { numRuns: 30 },
    );
  });
});

describe('bytes of a run', () => {
  it('are those of its network, head and window', () => {
    const parametersOf = (model: object, windowsize = 3) =>
      bytesOf(runConfig.parse({ model, dataset: { windowsize } })).parameters / 4;
    // The exact counts of the worker's own tests.
    assert.equal(parametersOf({}), 20_841_599);
    assert.equal(parametersOf({ head: 'exp-only' }, 11), 20_806_194);
    assert.equal(parametersOf({ network: 'bivit2', head: 'EandJT' }, 7), 26_705_538);
    assert.equal(parametersOf({ preset: 'tiny' }), 46_559);
    assert.equal(parametersOf({ preset: 'tiny', network: 'bivit2', head: 'EandJ' }), 58_037);
    const { sequence } = bytesOf(runConfig.parse({ model: { head: 'EandJ' }, dataset: { windowsize: 7 } }));
    assert.equal(sequence, 4 * (7 * (27 * 512 + 2048) + 53));
  });
});

describe('a name', () => {
  it('is found from any 32 bits, and is one that a person could have given', () => {
    fc.assert(fc.property(fc.nat(2 ** 31 - 1), (random) => checkRunName(nameRun(random))));
    assert.match(nameRun(0x12345678), /^[a-z]+-[a-z]+-[0-9a-f]{4}$/);
  });

  it('that could be no subject or folder is refused', () => {
    for (const name of ['', 'Big', 'a.b', 'a/b', '-a', 'ä', 'a'.repeat(64)]) {
      assert.throws(() => checkRunName(name), { code: 'AU_USAGE' });
    }
  });
});

describe('submit and resume', () => {
  it('refuse a config that is none', () => {
    assert.throws(() => newRun('trial', '{"sync": 1}', now), { code: 'AU_CONFIG_TYPE' });
  });

  it('put a run at the end of the queue, perhaps with more steps', () => {
    const failed = aRun({ state: 'failed', restarts: 9, step: 40 });
    const change = resumeChange(failed, { maxSteps: 500, fromStep: 20 }, now + 1000);
    assert.equal(change.state, 'queued');
    assert.equal(change.restarts, 0);
    assert.equal(change.maxSteps, 500);
    assert.equal(change.config?.train.max_steps, 500);
    assert.notEqual(change.configHash, failed.configHash);
    assert.equal(change.fromStep, 20);
    assert.ok(change.queuedAt! > failed.queuedAt);
    assert.equal(resumeChange(failed, { maxSteps: 0, fromStep: null }, now).maxSteps, 100);
  });
});
