import assert from 'node:assert/strict';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, afterEach, before, beforeEach, describe, it } from 'node:test';
import { RunHistory } from '@auseq/infra/history/run-history';
import { createLogger } from '@auseq/infra/logging/logger';
import { connectNats } from '@auseq/infra/nats/connect-nats';
import { type NatsFixture, startNats } from '@auseq/infra/nats/nats.fixture';
import { openStore } from '@auseq/infra/store/open-store';
import { until } from '@auseq/infra/testing/until.fixture';
import {
  ClusterDefinition,
  type LedgerLine,
  ResultsDefinition,
  type Run,
  type RunEvent,
  RunsDefinition,
} from '@auseq/proto/gen/auseq/v1/auseq';
import { fromGrpc } from '@auseq/proto/grpc-errors';
import { protocolVersion } from '@auseq/proto/protocol';
import { verifyLedger } from '@auseq/proto/verify-ledger';
import { type CallOptions, type Channel, ClientError, createChannel, createClient, type Metadata } from 'nice-grpc';
import { type RunningCoordinator, startCoordinator } from './coordinator.js';
import { FakeWorker } from './fake-worker.fixture.js';
import { history } from './ledger/history.fixture.js';
import { manifestKey } from './results/checkpoints.js';
import { type ConfigWish, configJson } from './runs/run-record.fixture.js';
import { hasEnded, type RunState } from './runs/run-states.js';

const quiet = createLogger({ role: 'coordinator', destination: { write: () => {} } });

describe('the coordinator', () => {
  let nats: NatsFixture;
  let folder: string;
  let coordinator: RunningCoordinator;
  let channel: Channel;
  let workers: FakeWorker[] = [];
  let runs = 0;

  before(async () => {
    nats = await startNats();
    folder = mkdtempSync(join(tmpdir(), 'auseq-coordinator-'));
  });
  after(async () => {
    await nats.stop();
    rmSync(folder, { recursive: true, force: true });
  });
  const open = async () => {
    coordinator = await startCoordinator({
      ...{ host: '127.0.0.1', port: 0, natsUrl: nats.url, storeUrl: `file://${folder}`, logger: quiet },
      onFatal: (error) => assert.fail(error),
    });
    channel = createChannel(coordinator.address);
  };
  const close = async () => {
    channel.close();
    await coordinator.close();
  };
  beforeEach(open);
  afterEach(async () => {
    const { runs: left } = await client().list({});
    for (const { name, state } of left) if (!hasEnded(state as RunState)) await client().stop({ run: name });
    for (const worker of workers) await worker.leave();
    workers = [];
    await close();
  });

  const client = () => createClient(RunsDefinition, channel);
  const attach = (name: string, idle = true) => {
    const worker = new FakeWorker(name, coordinator.address, { idle });
    workers.push(worker);
    return worker;
  };
  const submit = (wish: ConfigWish = {}, name = `trial-${++runs}`, options?: CallOptions): Promise<Run> =>
    client().submit({ name, configJson: configJson(wish), configYaml: '# as written' }, options);
  const state = (run: string, wanted: string) =>
    until(`${run} becomes ${wanted}`, async () => {
      const shown = await client().show({ run });
      return shown.state === wanted && shown;
    });
  const assigned = (worker: FakeWorker, run: string, generation: number) =>
    until(`${worker.name} gets generation ${generation} of ${run}`, () =>
      worker.assignments.find((each) => each.run === run && each.generation === generation),
    );
  const codeOf = async (call: (options: CallOptions) => Promise<unknown>) => {
    let trailer: Metadata | undefined;
    const onTrailer = (received: Metadata) => {
      trailer = received;
    };
    try {
      await call({ onTrailer });
      return 'no error';
    } catch (error) {
      assert.ok(error instanceof ClientError, String(error));
      return fromGrpc(error.code, error.details, trailer)?.code;
    }
  };

  it('takes a run from the queue to its end on two workers', async () => {
    const { name, state: first, reason } = await submit({ workers: 2, maxSteps: 3 });
    assert.equal(first, 'queued');
    assert.match(reason, /waits for 2 workers; none is attached/);
    const [a, b] = [attach('worker-0'), attach('worker-1')];
    const [toA, toB] = [await assigned(a, name, 1), await assigned(b, name, 1)];
    assert.deepEqual([toA.rank, toB.rank, toA.members, toA.sync], [0, 1, ['worker-0', 'worker-1'], 'gather']);
    assert.equal(JSON.parse(toA.configJson).train.max_steps, 3);
    for (const worker of [a, b]) worker.report(name, 1, 'stepping', { step: 1 });
    assert.deepEqual((await state(name, 'running')).workers, ['worker-0', 'worker-1']);
    const { workers: shown } = await createClient(ClusterDefinition, channel).status({});
    assert.deepEqual(
      shown.map((each) => [each.name, each.state, each.run]),
      [
        ['worker-0', 'running', name],
        ['worker-1', 'running', name],
      ],
    );
    a.report(name, 1, 'finished', { step: 3, stateDigest: 'abc' });
    const end = await state(name, 'completed');
    assert.deepEqual([end.step, end.stateDigest, end.reason], [3, 'abc', 'took all 3 steps']);
    const events: RunEvent[] = [];
    for await (const event of client().watch({ run: name, afterSequence: 0 })) events.push(event);
    const seen = events.map(({ kind, json }) => (kind === 'state' ? JSON.parse(json).state : kind));
    assert.deepEqual(
      seen.filter((each, index) => each !== seen[index - 1]), // a run may say more than once what it waits for
      ['queued', 'starting', 'worker', 'running', 'completed'],
    );
    const rest: RunEvent[] = [];
    const afterSequence = events.at(-3)!.sequence;
    for await (const event of client().watch({ run: name, afterSequence })) rest.push(event);
    assert.deepEqual(rest, events.slice(-2));
  });

  it('lets the others go on when a worker is lost, and takes it in again once it is ready', async () => {
    const [a, b] = [attach('worker-0'), attach('worker-1')];
    const { name } = await submit({ workers: 2 });
    await Promise.all([assigned(a, name, 1), assigned(b, name, 1)]);
    a.report(name, 1, 'stepping', { step: 1 });
    await state(name, 'running');
    const shown = (generation: number) =>
      until(`generation ${generation}`, async () => {
        const run = await client().show({ run: name });
        return run.generation === generation && run;
      });
    await b.leave();
    const alone = await shown(2);
    assert.equal(alone.state, 'running');
    assert.deepEqual(alone.workers, ['worker-0']);
    assert.match(alone.reason, /lost a worker: worker-1: .*; worker-0 go on in the same step/);
    assert.deepEqual(a.cancels, []);
    const again = attach('worker-1');
    const { joins, baseCheckpoint } = await assigned(again, name, 2);
    assert.deepEqual([joins, baseCheckpoint], [true, '']);
    assert.deepEqual((await client().show({ run: name })).workers, ['worker-0']);
    again.report(name, 2, 'ready');
    assert.deepEqual((await shown(3)).workers, ['worker-0', 'worker-1']);
    // The writer is lost as well: the other one, which holds no state yet, cannot go on alone.
    await a.leave();
    assert.match((await state(name, 'starting')).reason, /worker-0: .* goes on from the seed/);
  });

  it('has a worker that leaves replaced by the others, or all stop with a checkpoint where none is left', async () => {
    const [a, b] = [attach('worker-0'), attach('worker-1')];
    const { name } = await submit({ workers: 2 });
    await Promise.all([assigned(a, name, 1), assigned(b, name, 1)]);
    a.report(name, 1, 'stepping', { step: 1 });
    await state(name, 'running');
    a.drain();
    assert.equal((await until('it may leave', () => a.cancels[0])).checkpoint, false);
    assert.deepEqual((await client().show({ run: name })).workers, ['worker-1']);
    b.drain();
    assert.equal((await until('the drain is asked for', () => b.cancels[0])).checkpoint, true);
  });

  it('starts a new generation from the newest whole checkpoint when its last worker is lost (PROTOCOL 18)', async () => {
    const b = attach('worker-1');
    const { name } = await submit({ workers: 1 });
    await assigned(b, name, 1);
    b.report(name, 1, 'stepping', { step: 1 });
    await state(name, 'running');
    await putCheckpoint(folder, name, 20);
    await putCheckpoint(folder, name, 40, { whole: false });
    await b.leave();
    const waiting = await state(name, 'starting');
    assert.match(waiting.reason, /worker-1: .* goes on from the checkpoint of step 20/);
    const again = attach('worker-1');
    assert.equal((await assigned(again, name, 2)).baseCheckpoint, manifestKey(name, 20));
    assert.equal((await client().show({ run: name })).step, 20);
    // What the first generation still says is void.
    again.report(name, 1, 'finished', { step: 100 });
    await until('the late report is refused', () => again.cancels.some(({ reason }) => /is over/.test(reason)));
    assert.equal((await client().show({ run: name })).state, 'starting');
  });

  it('goes back to an older checkpoint, then to the seed, when a member finds the base damaged', async () => {
    const a = attach('worker-0');
    const { name } = await submit({ workers: 1 });
    await assigned(a, name, 1);
    for (const step of [20, 40]) await putCheckpoint(folder, name, step);
    const errorOf = (code: string, step: number) =>
      JSON.stringify({ code, what: 'damaged', why: 'its sha256 differs', try: '', where: manifestKey(name, step) });
    a.report(name, 1, 'failed', { errorJson: errorOf('AU_WORKER_LOST', 0) });
    a.report('', 0, 'idle');
    assert.equal((await assigned(a, name, 2)).baseCheckpoint, manifestKey(name, 40));
    a.report(name, 2, 'failed', { errorJson: errorOf('AU_CHECKPOINT_CORRUPT', 40) });
    const fallen = await until('it falls back', async () => {
      const shown = await client().show({ run: name });
      return /sha256 differs.*goes on from the checkpoint of step 20/.test(shown.reason) && shown;
    });
    assert.equal(fallen.state, 'starting');
    a.report('', 0, 'idle');
    assert.equal((await assigned(a, name, 3)).baseCheckpoint, manifestKey(name, 20));
    // A loss before the next checkpoint does not go to the damaged one again.
    a.report(name, 3, 'failed', { errorJson: errorOf('AU_WORKER_LOST', 0) });
    a.report('', 0, 'idle');
    assert.equal((await assigned(a, name, 4)).baseCheckpoint, manifestKey(name, 20));
    a.report(name, 4, 'failed', { errorJson: errorOf('AU_CHECKPOINT_CORRUPT', 20) });
    a.report('', 0, 'idle');
    assert.equal((await assigned(a, name, 5)).baseCheckpoint, '');
    a.report(name, 5, 'finished', { step: 100 });
    await state(name, 'completed');
    const decisions: string[] = [];
    for await (const { kind, json } of client().watch({ run: name, afterSequence: 0 }))
      if (kind === 'decision') decisions.push((JSON.parse(json) as { decision: string }).decision);
    assert.deepEqual(decisions, ['starts from step 20', 'starts from the seed']);
  });

  it('stops with a checkpoint and resumes from it', async () => {
    const a = attach('worker-0');
    const { name } = await submit({ workers: 1 });
    await assigned(a, name, 1);
    a.report(name, 1, 'stepping', { step: 1 });
    await state(name, 'running');
    assert.equal((await client().stop({ run: name })).state, 'stopping');
    assert.ok((await until('the drain is asked for', () => a.cancels[0])).checkpoint);
    await putCheckpoint(folder, name, 7);
    a.report(name, 1, 'stopped', { step: 7, stateDigest: 'seven' });
    assert.equal((await state(name, 'stopped')).stateDigest, 'seven');
    a.report('', 0, 'idle');
    assert.equal(
      await codeOf((options) => client().resume({ run: name, maxSteps: 0, fromStep: 5 }, options)),
      'AU_CHECKPOINT_NOT_FOUND',
    );
    await client().resume({ run: name, maxSteps: 200, fromStep: -1 });
    const next = await assigned(a, name, 2);
    assert.equal(next.baseCheckpoint, manifestKey(name, 7));
    assert.equal(JSON.parse(next.configJson).train.max_steps, 200);
    assert.equal(
      await codeOf((options) => client().resume({ run: name, maxSteps: 0, fromStep: -1 }, options)),
      'AU_RUN_STATE',
    );
  });

  it('takes over after a restart without disturbing the members', async () => {
    const a = attach('worker-0');
    const { name } = await submit({ workers: 1 });
    await assigned(a, name, 1);
    a.report(name, 1, 'stepping', { step: 1 });
    await state(name, 'running');
    await close();
    await a.ended;
    await open();
    assert.equal((await client().show({ run: name })).state, 'running');
    const again = attach('worker-0', false);
    again.report(name, 1, 'stepping', { step: 5 });
    again.report(name, 1, 'finished', { step: 100 });
    assert.equal((await state(name, 'completed')).generation, 1);
    assert.deepEqual([again.assignments, again.cancels], [[], []]);
  });

  it('answers what cannot be with a coded error', async () => {
    const results = createClient(ResultsDefinition, channel);
    const { name } = await submit({ workers: 9 });
    assert.equal(await codeOf((options) => client().show({ run: 'nobody' }, options)), 'AU_RUN_NOT_FOUND');
    assert.equal(await codeOf((options) => submit({}, name, options)), 'AU_RUN_STATE');
    assert.equal(await codeOf((options) => submit({}, 'Not A Name', options)), 'AU_USAGE');
    assert.equal(
      await codeOf((options) => client().submit({ name: '', configJson: '{}x', configYaml: '' }, options)),
      'AU_CONFIG_TYPE',
    );
    assert.equal(await codeOf((options) => results.listCheckpoints({ run: 'nobody' }, options)), 'AU_RUN_NOT_FOUND');
    const pull = (options: CallOptions) => results.pullObject({ run: name, key: 'runs/other/config.yaml' }, options);
    assert.equal(await codeOf((options) => pull(options)[Symbol.asyncIterator]().next()), 'AU_STORE_KEY');
    assert.equal((await client().stop({ run: name })).state, 'stopped');
    assert.equal(await codeOf((options) => client().stop({ run: name }, options)), 'AU_RUN_STATE');
  });

  it('refuses a worker that speaks another protocol', async () => {
    const foreign = new FakeWorker('worker-0', coordinator.address, { version: '0-other' });
    workers.push(foreign);
    assert.match(String(await foreign.ended), /cannot work together/);
    assert.equal(foreign.welcome, protocolVersion);
  });

  it('keeps the ledger at each checkpoint and end, and streams it from the history or from the store', async () => {
    const { name } = await submit({ workers: 9, leaves: 2 });
    const connection = await connectNats(nats.url, { name: 'test' });
    const records = await RunHistory.open(connection);
    const ledger = async (run: string) => {
      const lines: LedgerLine[] = [];
      for await (const line of client().ledger({ run })) lines.push(line);
      return lines;
    };
    const pieces = async () => {
      const { objects } = await createClient(ResultsDefinition, channel).listObjects({ run: name, prefix: 'ledger' });
      return objects.map(({ key }) => key.split('/').at(-1));
    };
    assert.deepEqual(await ledger(name), []);
    const shape = { leaves: 2, batchSize: 1, epochLength: 6 };
    const { stored } = history(['step', 'step', 'step', { back: 2 }, 'step', 'step', 'step'], shape);
    let sequence = 0;
    const append = async (from: number, to: number) => {
      for (const { record } of stored.slice(from, to)) {
        const at = await records.append({ ...record, run: name }, sequence);
        sequence = at!;
      }
    };
    await append(0, 4);
    await records.publishEvent(name, 'checkpoint', { key: manifestKey(name, 2), sha256: '', step: 2 });
    await until('a piece is written', async () => (await pieces()).length === 1);
    await append(4, 7);
    await client().stop({ run: name });
    const all = ['00000001-00000003.ndjson', '00000002-00000003-i1.ndjson'];
    await until('the next incarnation has a piece', async () => (await pieces()).length === 2);
    assert.deepEqual(await pieces(), all);
    await close();
    await append(7, stored.length);
    await open();
    await until('the next coordinator writes the rest', async () => (await pieces()).length === 3);
    assert.deepEqual(await pieces(), [...all, '00000004-00000004-i1.ndjson']);

    const lines = await ledger(name);
    assert.deepEqual(
      lines.map(({ step, rolledBack }) => (rolledBack ? -step : step)),
      [1, 1, -2, -2, -3, -3, 2, 2, 3, 3, 4, 4],
    );
    const verdict = await verifyLedger(lines, { leaves: 2, batchSize: 1, totalSteps: 4 });
    assert.deepEqual([verdict.problems, verdict.rolledBack, verdict.generations], [[], 4, 2]);
    const store = await openStore(`file://${folder}`);
    for (const piece of await pieces())
      await store.put(`runs/lost/ledger/${piece}`, await store.get(`runs/${name}/ledger/${piece}`));
    assert.deepEqual(await ledger('lost'), lines, 'a run that only the store knows');
    assert.equal(
      await codeOf((options) => client().ledger({ run: 'nobody' }, options)[Symbol.asyncIterator]().next()),
      'AU_RUN_NOT_FOUND',
    );
    await connection.close();
  });

  it('lists what a run has stored', async () => {
    const { name } = await submit({ workers: 9 });
    await putCheckpoint(folder, name, 10);
    await putCheckpoint(folder, name, 20, { whole: false });
    await putCheckpoint(folder, name, 30);
    rmSync(join(folder, 'runs', name, 'checkpoints', '00000030', 'manifest.json'));
    const results = createClient(ResultsDefinition, channel);
    const { checkpoints } = await results.listCheckpoints({ run: name });
    assert.deepEqual(
      checkpoints.map(({ step, complete, sha256 }) => [step, complete, sha256]),
      [
        [10, true, 'digest of 10'],
        [20, false, 'digest of 20'],
      ],
    );
    const { objects } = await results.listObjects({ run: name, prefix: 'config' });
    assert.deepEqual(
      objects.map(({ key }) => key),
      [`runs/${name}/config.yaml`],
    );
    let text = '';
    for await (const { data } of results.pullObject({ run: name, key: objects[0]!.key })) text += Buffer.from(data);
    assert.equal(text, '# as written');
  });
});

/** A manifest and its one part; the part of one that is not whole is cut. */
async function putCheckpoint(folder: string, run: string, step: number, { whole = true } = {}): Promise<void> {
  const store = await openStore(`file://${folder}`);
  const part = { key: manifestKey(run, step).replace('manifest.json', 'part-0'), sha256: '', bytes: 4 };
  await store.put(part.key, Buffer.from(whole ? 'four' : 'cut'));
  const manifest = { step, sha256: `digest of ${step}`, bytes: 4, parts: [part] };
  await store.put(manifestKey(run, step), Buffer.from(JSON.stringify(manifest)));
}
