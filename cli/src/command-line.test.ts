import assert from 'node:assert/strict';
import { mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { auseq } from './auseq.fixture.js';

let folder: string;
let env: Record<string, string>;
before(() => {
  folder = mkdtempSync(join(tmpdir(), 'auseq-cli-'));
  env = { AUSEQ_STATE: folder };
});
after(() => rmSync(folder, { recursive: true, force: true }));

/** Every command file is a command. */
function commands(): string[][] {
  const root = fileURLToPath(new URL('./commands', import.meta.url));
  return readdirSync(root, { recursive: true, encoding: 'utf8' })
    .filter((file) => file.endsWith('.js'))
    .map((file) => file.slice(0, -3).split('/'))
    .sort();
}

test('every command has help with a summary and an example', async () => {
  assert.ok(commands().length >= 22, 'the list of commands is read');
  for (const words of commands()) {
    const { code, stdout } = await auseq([...words, '--help'], env);
    assert.equal(code, 0, words.join(' '));
    assert.match(stdout, new RegExp(`EXAMPLES?\\n\\s+\\$ auseq ${words.join(' ')}`), words.join(' '));
  }
});

const faults: [string, string[], number, RegExp][] = [
  ['an unknown command', ['frob'], 2, /there is no command "frob"/],
  ['a misspelt command', ['runs', 'lsit'], 2, /did you mean "runs list"\?/],
  ['an unknown flag', ['runs', 'show', 'x', '--bad'], 2, /--bad[\s\S]*try: auseq runs show --help\nAU_USAGE/],
  ['a missing argument', ['runs', 'submit'], 2, /config/],
  ['a flag out of range', ['up', '--workers', '-1'], 2, /AU_USAGE/],
  ['a cluster name that is no name', ['status', '--cluster', '../x'], 2, /AU_USAGE/],
  ['a run without a cluster', ['runs', 'show', 'nobody'], 5, /AU_COORDINATOR_UNREACHABLE/],
  [
    'a coordinator that is not there',
    ['runs', 'list', '--coordinator', '127.0.0.1:1'],
    5,
    /AU_COORDINATOR_UNREACHABLE/,
  ],
  ['down without a cluster', ['down'], 4, /AU_CLUSTER_NOT_FOUND/],
  ['a missing config', ['config', 'validate', 'tinny'], 3, /preset tiny[\s\S]*AU_CONFIG_NOT_FOUND/],
  ['a config without data', ['runs', 'submit', 'tiny', '--dry-run'], 3, /dataset\.root is empty/],
  ['chaos without faults', ['chaos', 'run', '--config', 'tiny'], 2, /neither was given[\s\S]*AU_USAGE/],
  [
    'a kind of fault that nobody knows',
    ['chaos', 'run', '--config', 'tiny', '--random', '6', '--kinds', 'x'],
    2,
    /kind x/,
  ],
  ['a rate that is none', ['chaos', 'run', '--config', 'tiny', '--random', '-1'], 2, /faults a minute/],
  [
    'a plan that is not there',
    ['chaos', 'run', '--config', 'tiny', '--plan', 'nowhere.yaml'],
    3,
    /AU_CONFIG_NOT_FOUND/,
  ],
  ['an unknown --set', ['config', 'validate', 'tiny', '--set', 'train.lrr=1'], 3, /did you mean train\.lr\?/],
];

for (const [name, args, exit, pattern] of faults) {
  test(`${name}: four lines and exit ${exit}, or JSON`, async () => {
    const text = await auseq(args, env);
    assert.equal(text.code, exit);
    assert.equal(text.stdout, '');
    assert.match(text.stderr, pattern);
    assert.equal(text.stderr.trimEnd().split('\n').length, 4, text.stderr);
    const json = await auseq([...args, '--output', 'json'], env);
    assert.equal(json.code, exit);
    assert.equal(json.stderr, '');
    assert.match((JSON.parse(json.stdout) as { error: { code: string } }).error.code, /^AU_/);
  });
}

test('config validate names line and column', async () => {
  const file = join(folder, 'bad.yml');
  writeFileSync(file, 'train:\n  max_stepz: 5\n');
  const { code, stderr } = await auseq(['config', 'validate', file], env);
  assert.equal(code, 3);
  assert.match(stderr, /did you mean train\.max_steps\?[\s\S]*bad\.yml:2:3/);
});

test('submit --dry-run gives the config with absolute paths', async () => {
  const args = ['runs', 'submit', 'tiny', '--set', 'dataset.root=data', '--dry-run', '--output', 'json'];
  const { config, hash } = JSON.parse((await auseq(args, env)).stdout) as {
    config: { dataset: { root: string } };
    hash: string;
  };
  assert.equal(config.dataset.root, join(process.cwd(), 'data'));
  assert.match(hash, /^[0-9a-f]{64}$/);
});

test('config show marks what nobody wrote', async () => {
  const { stdout } = await auseq(['config', 'show', 'tiny'], env);
  assert.match(stdout, /image_size: 64\n/);
  assert.match(stdout, /windowsize: 3 # default/);
});
