import assert from 'node:assert/strict';
import { once } from 'node:events';
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import type { LedgerLine } from '@auseq/proto/gen/auseq/v1/auseq';
import { parseLedgerJson } from '@auseq/proto/ledger-json';
import { auseq, ended, launch } from './auseq.fixture.js';
import {
  addCheckpoint,
  addWholeCheckpoint,
  type FakeCoordinator,
  startFakeCoordinator,
} from './fake-coordinator.fixture.js';

let folder: string;
let fake: FakeCoordinator;
let env: Record<string, string>;
before(async () => {
  folder = mkdtempSync(join(tmpdir(), 'auseq-cli-'));
  fake = await startFakeCoordinator();
  env = { AUSEQ_STATE: folder, AUSEQ_COORDINATOR: fake.address };
  const step = (sequence: number) => ({
    sequence,
    time: '2026-01-01T10:00:00Z',
    kind: 'step',
    json: `{"step":${sequence},"loss":0.5}`,
  });
  fake.events.push(...[1, 2, 3].map(step));
});
after(async () => {
  await fake.stop();
  rmSync(folder, { recursive: true, force: true });
});

const submit = (name: string, ...more: string[]) => [
  'runs',
  'submit',
  'tiny',
  '--set',
  'dataset.root=/data',
  '--name',
  name,
  ...more,
];

function finish(name: string, state: string, extra: object = {}): void {
  fake.runs.set(name, { ...fake.runs.get(name)!, state, step: 3, ...extra });
}

/** Waits for what the program under test is about to do; 30 s are a hang. */
async function until(what: string, holds: () => boolean): Promise<void> {
  for (const start = Date.now(); !holds(); await sleep(10))
    if (Date.now() - start > 30_000) throw new Error(`${what}: not within 30 s`);
}

const submitted = (name: string): Promise<void> => until(`submitting ${name}`, () => fake.runs.has(name));

test('submit prints the name alone, and sends what was written and what it means', async () => {
  const { code, stdout } = await auseq(submit('plain'), env);
  assert.deepEqual([code, stdout], [0, 'plain\n']);
  const { configYaml, configJson } = fake.submitted.at(-1)!;
  assert.match(configYaml, /^# yaml-language-server[\s\S]*root: \/data/);
  assert.equal((JSON.parse(configJson) as { dataset: { root: string } }).dataset.root, '/data');
});

test('show and list in JSON have the promised fields', async () => {
  await auseq(submit('shown'), env);
  const run = JSON.parse((await auseq(['runs', 'show', 'shown', '--output', 'json'], env)).stdout) as Record<
    string,
    unknown
  >;
  for (const key of ['name', 'state', 'reason', 'step', 'max_steps', 'workers']) assert.ok(key in run, key);
  const list = JSON.parse((await auseq(['runs', 'list', '--output', 'json'], env)).stdout) as { name: string }[];
  assert.ok(list.some(({ name }) => name === 'shown'));
});

test('the timeline of a run in work ends with what is stored', async () => {
  await auseq(submit('timed'), env);
  const { code, stdout } = await auseq(['runs', 'timeline', 'timed', '--output', 'json'], env);
  assert.equal(code, 0);
  const { commits, verdict } = JSON.parse(stdout) as { commits: { step: number }[]; verdict: { gaps: number[] } };
  assert.deepEqual([commits.map(({ step }) => step), verdict.gaps], [[1, 2, 3], []]);
  assert.equal((await auseq(['runs', 'timeline', 'nobody'], env)).code, 4);
});

test('an unknown run keeps the code that the coordinator gave', async () => {
  const { code, stderr } = await auseq(['runs', 'watch', 'nobody'], env);
  assert.equal(code, 4);
  assert.match(stderr, /AU_RUN_NOT_FOUND/);
});

const endings: [string, object, number, RegExp][] = [
  ['completed', {}, 0, /completed at step 3/],
  ['stopped', { reason: 'asked to' }, 7, /AU_RUN_STOPPED/],
  [
    'failed',
    { errorJson: '{"code":"AU_NUMERIC","what":"NaN in lmk","why":"leaf 2","try":"lower lr"}' },
    6,
    /NaN in lmk[\s\S]*AU_NUMERIC/,
  ],
  [
    'failed',
    { reason: 'no worker', errorJson: '{"code":"AU_DATA_SAMPLE","what":"x","why":"y","try":"z"}' },
    6,
    /AU_DATA_SAMPLE[\s\S]*AU_RUN_FAILED/,
  ],
];
for (const [state, extra, exit, pattern] of endings) {
  test(`--wait on a run that ends ${state}: exit ${exit}`, async () => {
    const name = `wait-${endings.findIndex((each) => each[1] === extra)}`;
    const running = ended(launch(submit(name, '--wait'), env));
    await submitted(name);
    finish(name, state, extra);
    const { code, stdout, stderr } = await running;
    assert.equal(code, exit);
    assert.equal(stdout, `${name}\n`);
    assert.match(stderr, pattern);
  });
}

test('--follow shows each event once, also over a coordinator that goes away', async () => {
  fake.dropWatchAfter = 2;
  const running = ended(launch(submit('followed', '--follow', '--output', 'json'), env));
  await submitted('followed');
  await until('the watch is dropped', () => fake.dropWatchAfter === null);
  finish('followed', 'completed');
  const { code, stdout } = await running;
  assert.equal(code, 0);
  const lines = stdout
    .trim()
    .split('\n')
    .map((line) => JSON.parse(line) as { state?: string; json?: { step: number } });
  assert.equal(lines.pop()!.state, 'completed');
  assert.deepEqual(
    lines.map(({ json }) => json!.step),
    [1, 2, 3],
  );
});

test('a question waits for a coordinator that comes back; an order does not', async () => {
  const before = await startFakeCoordinator();
  const { address } = before;
  await before.stop();
  const at = ['--coordinator', address];
  const order = await auseq(['runs', 'stop', 'some', ...at], env);
  assert.equal(order.code, 5);
  assert.match(order.stderr, /AU_COORDINATOR_UNREACHABLE/);
  const question = ended(launch(['runs', 'list', '--output', 'json', ...at], env));
  await sleep(1_000); // the first attempts find nobody
  const back = await startFakeCoordinator(Number(address.split(':')[1]));
  const { code, stdout, stderr } = await question;
  await back.stop();
  assert.deepEqual([code, stdout.trim()], [0, '[]'], stderr);
});

test('Ctrl-C on a followed run detaches, says so, and exits 0', async () => {
  const child = launch(submit('left', '--follow'), env);
  const result = ended(child);
  await once(child.stderr, 'data');
  child.kill('SIGINT');
  const { code, stderr } = await result;
  assert.equal(code, 0);
  assert.match(stderr, /10:00:00 {2}step 1 {2}loss 0\.5/);
  assert.match(stderr, /detached; run left goes on[\s\S]*runs watch left[\s\S]*runs stop left/);
  assert.equal(fake.runs.get('left')!.state, 'running');
});

test('watch in JSON is one event a line', async () => {
  await auseq(submit('watched'), env);
  finish('watched', 'completed');
  const { stdout } = await auseq(['runs', 'watch', 'watched', '--after', '1', '--output', 'json'], env);
  const events = stdout
    .trim()
    .split('\n')
    .map((line) => JSON.parse(line) as { sequence: number; json: { loss: number } });
  assert.deepEqual(
    events.map(({ sequence }) => sequence),
    [2, 3],
  );
  assert.equal(events[0]!.json.loss, 0.5);
});

test('logs are lines for a person', async () => {
  await auseq(submit('logged'), env);
  assert.equal((await auseq(['runs', 'logs', 'logged'], env)).stdout, '10:00:00 info  worker-0 step 2 stepped\n');
});

test('checkpoints are listed, pulled and checked', async () => {
  await auseq(submit('stored'), env);
  addCheckpoint(fake, 'stored', 500);
  addCheckpoint(fake, 'stored', 1000);
  const list = JSON.parse((await auseq(['checkpoints', 'list', 'stored', '--output', 'json'], env)).stdout) as Record<
    string,
    unknown
  >[];
  assert.equal(list.length, 2);
  for (const key of ['step', 'sha256', 'complete', 'bytes']) assert.ok(key in list[0]!, key);
  const out = join(folder, 'latest');
  const pulled = await auseq(['checkpoints', 'pull', 'stored', '--latest', '-o', out, '--output', 'json'], env);
  assert.equal((JSON.parse(pulled.stdout) as { step: number }).step, 1000);
  assert.deepEqual(readdirSync(out).sort(), ['manifest.json', 'part-0.safetensors']);
  assert.match(readFileSync(join(out, 'part-0.safetensors'), 'utf8'), /step 1000/);
  assert.equal((await auseq(['checkpoints', 'pull', 'stored', '-o', out], env)).code, 2, 'a full folder is refused');
  assert.equal((await auseq(['checkpoints', 'pull', 'stored', '--step', '7', '-o', `${out}7`], env)).code, 4);
});

test('a damaged part is refused and leaves nothing', async () => {
  await auseq(submit('damaged'), env);
  addCheckpoint(fake, 'damaged', 10, true);
  const out = join(folder, 'damaged');
  const { code, stderr } = await auseq(['checkpoints', 'pull', 'damaged', '-o', out], env);
  assert.equal(code, 10);
  assert.match(stderr, /AU_CHECKPOINT_CORRUPT/);
  assert.deepEqual(
    readdirSync(folder).filter((file) => file.startsWith('damaged')),
    [],
  );
});

test('verify reads every checkpoint and says what is wrong with which', async () => {
  await auseq(submit('verified'), env);
  addWholeCheckpoint(fake, 'verified', 10);
  const good = await auseq(['checkpoints', 'verify', 'verified', '--output', 'json'], env);
  assert.equal(good.code, 0, good.stderr);
  assert.deepEqual(
    (JSON.parse(good.stdout) as { step: number; whole: boolean }[]).map(({ step, whole }) => [step, whole]),
    [[10, true]],
  );
  addCheckpoint(fake, 'verified', 20, true);
  addCheckpoint(fake, 'verified', 30); // its parts are as the manifest says, but hold no arrays
  addCheckpoint(fake, 'verified', 40);
  fake.objects.set('runs/verified/checkpoints/00000040/manifest.json', Buffer.from('{"step":40,"parts":[{}]}'));
  addCheckpoint(fake, 'verified', 50);
  fake.objects.delete('runs/verified/checkpoints/00000050/part-0.safetensors');
  addWholeCheckpoint(fake, 'verified', 60, 'of another state');
  const bad = await auseq(['checkpoints', 'verify', 'verified', '--output', 'json'], env);
  assert.equal(bad.code, 10);
  assert.match(bad.stderr, /AU_CHECKPOINT_CORRUPT/);
  const verdicts = JSON.parse(bad.stdout) as { step: number; whole: boolean; wrong: string }[];
  const wrongs = new Map(verdicts.map(({ step, wrong }) => [step, wrong]));
  assert.equal(wrongs.get(10), '');
  assert.match(wrongs.get(20)!, /part-0.*its sha256 differs/);
  assert.match(wrongs.get(30)!, /manifest/);
  assert.match(wrongs.get(40)!, /cannot be read/);
  assert.match(wrongs.get(50)!, /part-0/);
  assert.match(wrongs.get(60)!, /state digest/);
  const one = await auseq(['checkpoints', 'verify', 'verified', '--step', '10'], env);
  assert.equal(one.code, 0, one.stderr);
  assert.match(one.stdout, /10 .*whole/);
  assert.equal((await auseq(['checkpoints', 'verify', 'verified', '--step', '7'], env)).code, 4);
});

test('push says that nothing waits', async () => {
  const { code, stderr } = await auseq(['checkpoints', 'push', 'nobody'], { ...env, AUSEQ_HOME: folder });
  assert.equal(code, 4);
  assert.match(stderr, /AU_CHECKPOINT_NOT_FOUND/);
});

test('pictures are pulled by name', async () => {
  await auseq(submit('pictured'), env);
  assert.equal((await auseq(['images', 'pull', 'pictured', '-o', join(folder, 'none')], env)).code, 4);
  fake.objects.set('runs/pictured/train_images/000000.jpg', Buffer.from('jpeg'));
  const out = join(folder, 'pictures');
  const { code, stdout } = await auseq(['images', 'pull', 'pictured', '-o', out], env);
  assert.deepEqual([code, stdout], [0, `${join(out, '000000.jpg')}\n`]);
  assert.ok(existsSync(join(out, '000000.jpg')));
});

test('status of a far coordinator shows its workers', async () => {
  const { stdout } = await auseq(['status', '--output', 'json'], env);
  const { processes } = JSON.parse(stdout) as { processes: Record<string, unknown>[] };
  for (const key of ['role', 'name', 'pid', 'address', 'state', 'restarts']) assert.ok(key in processes[0]!, key);
});

test('ledger prints a line a draw, and --verify says whether it is whole', async () => {
  const of = (step: number, index: number): LedgerLine => ({
    ...{ step, generation: 1, incarnation: 0, rolledBack: false, leaf: index, index: 0, epoch: 0, copy: 0, centre: 2 },
    ...{ position: 2 * (step - 1) + index, sequence: `clip/${step}-${index}`, contentHash: 'ab'.repeat(32) },
  });
  const lines = [of(1, 0), of(1, 1), of(2, 0), of(2, 1)];
  await auseq(submit('counted', '--set', 'batch.leaves=2', '--set', 'dataset.batch_size=1'), env);
  const { configJson } = fake.submitted.at(-1)!;
  fake.ledgers.set('counted', lines);
  finish('counted', 'completed', { configJson, step: 2 });
  const listed = await auseq(['runs', 'ledger', 'counted'], env);
  assert.equal(listed.stdout.split('\n')[1], 'step 1  leaf 1  clip/1-1  centre 2  generation 1');
  const json = (await auseq(['runs', 'ledger', 'counted', '--output', 'json'], env)).stdout.trim().split('\n');
  assert.deepEqual(
    json.map((line) => parseLedgerJson(JSON.parse(line), 'stdout')),
    lines,
  );
  const whole = await auseq(['runs', 'ledger', 'counted', '--verify'], env);
  assert.deepEqual([whole.code, whole.stderr], [0, '']);
  assert.match(whole.stdout, /whole[\s\S]*draws +4\nsteps +2 \(1 to 2\)\nepochs +1/);

  fake.ledgers.set('counted', lines.slice(0, 3));
  const broken = await auseq(['runs', 'ledger', 'counted', '--verify'], env);
  assert.equal(broken.code, 10);
  assert.match(broken.stdout, /step 2, leaf 0, draw 0: it is the last draw/);
  assert.match(broken.stderr, /AU_LEDGER_BROKEN/);
  const verdict = (await auseq(['runs', 'ledger', 'counted', '--verify', '--output', 'json'], env)).stdout;
  const { ok, draws, problems } = JSON.parse(verdict) as { ok: boolean; draws: number; problems: string[] };
  assert.deepEqual([ok, draws, problems.length], [false, 3, 1]);
  const unknown = await auseq(['runs', 'ledger', 'nobody', '--verify'], env);
  assert.equal(unknown.code, 4);
  assert.match(unknown.stderr, /AU_RUN_NOT_FOUND/);
});

test('a reader that is slow gets all of a long result', async () => {
  const sequence = 'a/sequence/of/a/long/name/'.repeat(4);
  const line = (step: number): LedgerLine => ({
    ...{ step, generation: 1, incarnation: 0, rolledBack: false, leaf: 0, index: 0, epoch: 0, position: step - 1 },
    ...{ sequence, copy: 0, centre: 2, contentHash: 'ab'.repeat(32) },
  });
  const lines = Array.from({ length: 3000 }, (_, index) => line(index + 1));
  fake.ledgers.set('long', lines);
  const child = launch(['runs', 'ledger', 'long', '--output', 'json'], env);
  await sleep(1500); // by now it has sent all it can
  assert.equal((await ended(child)).stdout.trim().split('\n').length, lines.length);
});
