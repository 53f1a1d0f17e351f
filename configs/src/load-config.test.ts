import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { AuseqError } from '@auseq/proto/errors';
import { parse } from 'yaml';
import { defaultPresetDir, presetNames } from './find-config.js';
import { configJsonSchema } from './json-schema.js';
import { loadConfig } from './load-config.js';

function failure(text: string, sets: string[] = []): AuseqError {
  try {
    loadConfig({ text, name: 'x.yml' }, { sets });
  } catch (error) {
    assert.ok(error instanceof AuseqError);
    return error;
  }
  return assert.fail('the config was accepted');
}

test('an empty config has every default', () => {
  const { config, warnings } = loadConfig({ text: '' });
  assert.equal(config.train.checkpoint_steps, 500);
  assert.equal(config.loss.lmk_mp, 8);
  assert.deepEqual(warnings, []);
});

test('every preset loads without a warning', () => {
  assert.deepEqual(presetNames(), [
    'bivit2',
    'demo',
    'release_version/deca_pretrain_video_OnlyE2',
    'tiny',
    'variants/EandJ',
    'variants/EandJT',
    'variants/au-losses',
    'variants/exp-only',
    'variants/no-masks',
    'variants/window7',
  ]);
  for (const name of presetNames()) assert.deepEqual(loadConfig({ file: name }).warnings, [], name);
});

test('the legacy preset is the published one', () => {
  const { config } = loadConfig({ file: 'deca_pretrain_video_OnlyE2' });
  const { loss, train } = config;
  assert.deepEqual(
    [loss.expression, loss.eyed, loss.lipd, loss.lmk, loss.lmk_mp, loss.photo, loss.AUFLoss, loss.reg_exp],
    [7, 1, 0, 8, 8, 5, 1, 1e-4],
  );
  assert.deepEqual([train.max_epochs, train.max_steps, train.checkpoint_steps, train.lr], [50, 1e18, 500, 1e-4]);
  assert.equal(config.batch.leaves, 1);
});

test('an unknown key is named with line, column and what was meant', () => {
  const error = failure('train:\n  seed: 1\n  max_stepz: 5\n');
  assert.equal(error.code, 'AU_CONFIG_UNKNOWN_KEY');
  assert.equal(error.where, 'x.yml:3:3');
  assert.match(error.why, /did you mean train\.max_steps\?/);
});

test('a key in the wrong section is led home', () => {
  assert.match(failure('max_steps: 5\n').why, /did you mean train\.max_steps\?/);
});

test('several mistakes come together, unknown keys first', () => {
  const error = failure('train:\n  lr: fast\n  sed: 1\nlozz: {}\n');
  assert.equal(error.code, 'AU_CONFIG_UNKNOWN_KEY');
  assert.match(error.what, /3 mistakes/);
  for (const place of ['x.yml:2:7', 'x.yml:3:3', 'x.yml:4:1']) assert.ok(error.why.includes(place), place);
});

test('a wrong type says what was expected and what stands there', () => {
  const error = failure('train:\n  lr: fast\n');
  assert.equal(error.code, 'AU_CONFIG_TYPE');
  assert.equal(error.where, 'x.yml:2:7');
  assert.match(error.why, /expected a number, got text "fast"/);
  assert.match(failure('dataset: {windowsize: 5}').why, /one of 3, 7, 11, got 5/);
  assert.match(failure('train: {seed: -1}').why, /of at least 0, got -1/);
  assert.match(failure('train:\n').why, /expected a section with keys, got nothing/);
  assert.match(failure('model: {preset: huge}').why, /one of legacy, tiny/);
  assert.equal(failure('- a\n- b\n').code, 'AU_CONFIG_TYPE');
});

test('broken YAML and repeated keys are syntax errors with their place', () => {
  assert.deepEqual(
    [failure('a: [1\nb: 2').code, failure('train: {}\ntrain: {}\n').where],
    ['AU_CONFIG_SYNTAX', 'x.yml:2:1'],
  );
});

test('impossible combinations are refused at the value', () => {
  const error = failure('dataset:\n  image_size: 100\n');
  assert.equal(error.code, 'AU_CONFIG_CONFLICT');
  assert.equal(error.where, 'x.yml:2:15');
  assert.equal(
    failure('', ['dataset.mead_sequences=0', 'dataset.affwild2_copies=0']).where,
    '--set dataset.mead_sequences=0',
  );
  assert.equal(failure('train: {max_steps: 1.5}').code, 'AU_CONFIG_CONFLICT');
  assert.equal(failure('sync: allreduce\nsync_wire: bf16\n').where, 'x.yml:2:12');
  assert.equal(loadConfig({ text: 'sync: allreduce\nsync_wire: bf16\nexact: false\n' }).config.sync_wire, 'bf16');
});

test('what a head does not give cannot be asked for', () => {
  const where = (text: string) => {
    const error = failure(text);
    assert.equal(error.code, 'AU_CONFIG_CONFLICT', text);
    return error.where;
  };
  assert.equal(where('model: {head: exp-only}\nloss:\n  reg_tex: 1e-4\n  reg_light: 0\n'), 'x.yml:3:12');
  assert.equal(where('model: {head: EandJ}\nloss:\n  reg_tex: 0\n  reg_light: 1\n'), 'x.yml:4:14');
  assert.match(failure('model: {head: EandJ}').why, /reg_tex[\s\S]*reg_light/, 'defaults are asked for too');
  assert.equal(where('model:\n  jaw: replace\n'), 'x.yml:2:8');
  assert.equal(
    where('model:\n  head: EandJT\n  jaw: replace\n  residual: true\nlegacy: {sh_basis: deca}\n'),
    'x.yml:3:8',
  );
  assert.equal(where('model: {residual: true}\nlegacy:\n  sh_basis: standard\n'), 'x.yml:3:13');
  assert.equal(where('loss:\n  au_lmk: 1\n  mainAU: 0\n'), 'x.yml:2:11');
  assert.equal(where('loss:\n  au_dist: 1\n  subAU: 0\n'), 'x.yml:2:12');
  const { warnings } = loadConfig({ text: 'model: {head: EandJ}\nloss: {reg_tex: 0, reg_light: 0}' });
  assert.match(warnings.join(), /loss\.photo/);
});

test('odd combinations are warnings', () => {
  const { warnings } = loadConfig({ text: 'train: {max_steps: 5}\nworkers: 3\n' });
  assert.equal(warnings.length, 2);
});

test('--set is parsed as YAML, keeps comments, and loads back to the same config', () => {
  const text = '# kept\ntrain:\n  lr: 1e-4 # and this\n';
  const loaded = loadConfig({ text }, { sets: ['train.max_steps=20', 'dataset.root=/data/x', 'model.use_tex=false'] });
  assert.deepEqual([loaded.config.train.max_steps, loaded.config.dataset.root], [20, '/data/x']);
  assert.match(loaded.yaml, /# kept[\s\S]*# and this/);
  assert.equal(loadConfig({ text: loaded.yaml }).hash, loaded.hash);
});

test('a bad --set names the path that was meant', () => {
  assert.match(failure('', ['train.max_step=5']).why, /train\.max_steps/);
  assert.match(failure('', ['max_steps=5']).why, /train\.max_steps/);
  assert.equal(failure('', ['train=5']).code, 'AU_CONFIG_UNKNOWN_KEY');
  assert.equal(failure('', ['train.lr']).code, 'AU_USAGE');
  assert.equal(failure('', ['train.lr=fast']).where, '--set train.lr=fast');
});

test('a missing file suggests the preset', () => {
  assert.throws(() => loadConfig({ file: 'configs/tinny.yml' }), { code: 'AU_CONFIG_NOT_FOUND' });
});

test('the hash depends on values, not on how they were written', () => {
  const hash = (text: string) => loadConfig({ text }).hash;
  assert.equal(hash('train: {seed: 0, lr: 1e-4}'), hash('train:\n  lr: 0.0001\n'));
  assert.notEqual(hash(''), hash('train: {seed: 1}'));
});

test('schema.json is the current one', () => {
  const stored = readFileSync(join(defaultPresetDir, 'schema.json'), 'utf8');
  assert.deepEqual(parse(stored), JSON.parse(configJsonSchema()), 'run: node configs/dist/write-schema.js');
});
