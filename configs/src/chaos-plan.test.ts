import assert from 'node:assert/strict';
import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { AuseqError } from '@auseq/proto/errors';
import { loadChaosPlan, parseChaosPlan } from './chaos-plan.js';
import { defaultPresetDir } from './find-config.js';

function refused(text: string): AuseqError {
  try {
    parseChaosPlan('p.yaml', text);
  } catch (error) {
    assert.ok(error instanceof AuseqError);
    return error;
  }
  return assert.fail('the plan was accepted');
}

test('the examples load', () => {
  const folder = join(defaultPresetDir, 'chaos');
  const files = readdirSync(folder);
  assert.ok(files.length > 0);
  for (const file of files) assert.ok(loadChaosPlan(join(folder, file)).faults.length > 0, file);
});

test('what is left out has a default', () => {
  const { faults } = parseChaosPlan('p', 'faults:\n  - {kind: cut, at: {seconds: 2}}\n');
  assert.deepEqual(faults, [{ kind: 'cut', at: { seconds: 2 }, target: 'all', from: 'both' }]);
});

test('a fault of the network is about connections that there are, of any client', () => {
  for (const from of ['nats', 'coordinator', 'store', 'both', 'all'])
    for (const kind of ['cut', 'partition', 'slow-network'])
      for (const target of ['all', 'coordinator', 'rank 0']) {
        const [fault] = parseChaosPlan(
          'p',
          `faults: [{kind: ${kind}, target: ${target}, from: ${from}, at: {step: 1}}]`,
        ).faults;
        assert.ok(fault && 'from' in fault && fault.from === from && fault.target === target);
      }
  const error = refused('faults:\n  - {kind: cut, from: minio, at: {step: 1}}\n');
  assert.deepEqual([error.code, error.where], ['AU_CONFIG_TYPE', 'p.yaml:2:23']);
  assert.match(error.why, /store/);
});

test('mistakes are named with line and column', () => {
  const cases: [string, string, string, RegExp][] = [
    ['faults:\n  - kind: kil\n    at: {step: 1}\n', 'AU_CONFIG_TYPE', 'p.yaml:2:11', /expected one of kill, /],
    ['faults:\n  - kind: kill\n    traget: rank 1\n    at: {step: 1}\n', 'AU_CONFIG_TYPE', 'p.yaml:2:5', /target/],
    [
      'faults:\n  - kind: kill\n    target: rank 1\n    secnds: 1\n    at: {step: 1}\n',
      'AU_CONFIG_UNKNOWN_KEY',
      'p.yaml:4:5',
      /secnds/,
    ],
    ['faults:\n  - {kind: kill, target: rank one, at: {step: 1}}\n', 'AU_CONFIG_TYPE', 'p.yaml:2:26', /rank 1/],
    ['faults:\n  - {kind: kill, target: rank 1, at: 5}\n', 'AU_CONFIG_TYPE', 'p.yaml:2:38', /a moment/],
    ['faults: []\n', 'AU_CONFIG_TYPE', 'p.yaml:1:9', /at least one fault/],
    ['faults: [\n', 'AU_CONFIG_SYNTAX', 'p.yaml:2:1', /./],
  ];
  for (const [text, code, where, why] of cases) {
    const error = refused(text);
    assert.deepEqual([error.code, error.where], [code, where], text);
    assert.match(error.why, why);
  }
});

test('a file that is not there is a coded error', () => {
  assert.throws(() => loadChaosPlan('/nowhere/plan.yaml'), { code: 'AU_CONFIG_NOT_FOUND' });
});
