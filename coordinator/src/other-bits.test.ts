import assert from 'node:assert/strict';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, afterEach, before, describe, it } from 'node:test';
import { setTimeout as pause } from 'node:timers/promises';
import { createLogger } from '@auseq/infra/logging/logger';
import { type NatsFixture, startNats } from '@auseq/infra/nats/nats.fixture';
import { until } from '@auseq/infra/testing/until.fixture';
import { type Run, RunsDefinition } from '@auseq/proto/gen/auseq/v1/auseq';
import { type Channel, createChannel, createClient } from 'nice-grpc';
import { type RunningCoordinator, startCoordinator } from './coordinator.js';
import { FakeWorker } from './fake-worker.fixture.js';
import { type ConfigWish, configJson } from './runs/run-record.fixture.js';

const proof = { decode: 'd', features: 'f', supervise: 's', gradient: 'g', update: 'u' };
const other = { ...proof, supervise: 'S' };

describe('a worker that computes other bits', () => {
  let nats: NatsFixture;
  let coordinator: RunningCoordinator;
  let channel: Channel;
  let workers: FakeWorker[] = [];
  const folder = mkdtempSync(join(tmpdir(), 'auseq-other-bits-'));

  const open = async () => {
    coordinator = await startCoordinator({
      ...{ host: '127.0.0.1', port: 0, natsUrl: nats.url, storeUrl: `file://${folder}` },
      logger: createLogger({ role: 'coordinator', destination: { write: () => {} } }),
      onFatal: (error) => assert.fail(error),
    });
    channel = createChannel(coordinator.address);
  };
  const close = async () => {
    channel.close();
    await coordinator.close();
  };
  before(async () => {
    nats = await startNats();
    await open();
  });
  afterEach(async () => {
    for (const worker of workers) await worker.leave();
    workers = [];
  });
  after(async () => {
    await close();
    await nats.stop();
    rmSync(folder, { recursive: true, force: true });
  });

  const client = () => createClient(RunsDefinition, channel);
  const attach = (...names: string[]) => {
    const added = names.map((name) => new FakeWorker(name, coordinator.address));
    workers.push(...added);
    return added as [FakeWorker, FakeWorker, FakeWorker];
  };
  const submit = (name: string, wish: ConfigWish) =>
    client().submit({ name, configJson: configJson(wish), configYaml: '#' });
  const assigned = (worker: FakeWorker, run: string, generation: number) =>
    until(`${worker.name} gets generation ${generation}`, () =>
      worker.assignments.find((each) => each.run === run && each.generation === generation),
    );
  const shown = (run: string, what: string, look: (run: Run) => boolean) =>
    until(`${run} ${what}`, async () => {
      const now = await client().show({ run });
      return look(now) && now;
    });
  const decisions = async (run: string) => {
    const sentences: string[] = [];
    for await (const { kind, json } of client().watch({ run, afterSequence: 0 })) {
      const { decision, reason } = JSON.parse(json) as Record<string, string>;
      if (kind === 'decision' && decision === 'other bits') sentences.push(reason!);
    }
    return sentences;
  };

  it('is removed from an exact run before a step is taken, and not given it again (PROTOCOL 7)', async () => {
    const [a, b] = attach('worker-0', 'worker-1');
    await submit('exact', { workers: 0 });
    await Promise.all([assigned(a, 'exact', 1), assigned(b, 'exact', 1)]);
    b.report('exact', 1, 'ready', { proof: other });
    await pause(100);
    assert.deepEqual([b.proved, b.cancels], [[], []], 'it waits for all others');
    a.report('exact', 1, 'ready', { proof });
    await until('the first may take part', () => a.proved.length === 1);
    const alone = await shown('exact', 'goes on alone', ({ generation }) => generation === 2);
    const sentence = 'worker-1 computes other bits than worker-0: supervise differs, and the run is exact';
    assert.deepEqual([alone.workers, alone.state], [['worker-0'], 'starting']);
    assert.equal(alone.reason, `${sentence}; worker-0 go on in the same step`);
    assert.match((await until('it is dismissed', () => b.cancels[0])).reason, /supervise differs/);
    assert.deepEqual([b.proved, a.cancels], [[], []]);
    b.report('', 0, 'idle');
    a.report('exact', 1, 'stepping', { step: 1, proof });
    await shown('exact', 'runs', ({ state }) => state === 'running');

    // Two more join: one that is like the first, one that is not.
    const [c, d] = attach('worker-2', 'worker-3');
    await Promise.all([assigned(c, 'exact', 2), assigned(d, 'exact', 2)]);
    d.report('exact', 2, 'ready', { proof: { ...proof, decode: 'D' } });
    assert.match((await until('it is dismissed', () => d.cancels[0])).reason, /decode differs/);
    c.report('exact', 2, 'ready', { proof });
    const both = await shown('exact', 'grows', ({ workers }) => workers.length === 2);
    assert.deepEqual(both.workers, ['worker-0', 'worker-2']);
    await until('it may take part', () => c.proved.length === 1);

    // The run starts anew, also under a coordinator that was restarted: the proof and who is refused are remembered.
    d.report('', 0, 'idle');
    await close();
    await open();
    for (const worker of workers) await worker.ended;
    attach('worker-0', 'worker-1', 'worker-2', 'worker-3'); // idle: their step processes are gone
    const again = await shown(
      'exact',
      'starts again',
      ({ generation, workers }) => generation > 3 && workers.length > 0,
    );
    assert.deepEqual(again.workers, ['worker-0', 'worker-2']);
    await client().stop({ run: 'exact' });
    assert.deepEqual(await decisions('exact'), [
      'worker-1 computes other bits than worker-0: supervise differs, and the run is exact',
      'worker-3 computes other bits than worker-0: decode differs, and the run is exact',
    ]);
  });

  it('is removed though it is the lowest rank, where most others agree (PROTOCOL 7)', async () => {
    const three = attach('worker-0', 'worker-1', 'worker-2');
    await submit('odd', { workers: 3 });
    await Promise.all(three.map((each) => assigned(each, 'odd', 1)));
    three.forEach((each, rank) => {
      each.report('odd', 1, 'ready', { proof: rank === 0 ? other : proof });
    });
    const without = await shown('odd', 'goes on', ({ generation }) => generation === 2);
    assert.deepEqual(without.workers, ['worker-1', 'worker-2']);
    assert.match(without.reason, /^worker-0 computes other bits than worker-1: supervise differs/);
    await until('the others may take part', () => three[1].proved.length === 1 && three[2].proved.length === 1);
    await client().stop({ run: 'odd' });
    await shown('odd', 'ends', ({ state }) => state !== 'starting');
  });

  it('ends an exact run that has too few workers without it (PROTOCOL 7)', async () => {
    const [a, b] = attach('worker-0', 'worker-1');
    await submit('few', { workers: 2, minWorkers: 2 });
    await Promise.all([assigned(a, 'few', 1), assigned(b, 'few', 1)]);
    a.report('few', 1, 'ready', { proof });
    b.report('few', 1, 'ready', { proof: other });
    const failed = await shown('few', 'fails', ({ state }) => state === 'failed');
    const { code, why } = JSON.parse(failed.errorJson);
    assert.equal(code, 'AU_WORKER_BITS');
    assert.equal(why, 'supervise differs, and the run is exact; 1 left, min_workers is 2');
  });

  it('is named once where the run is not exact, and takes part (PROTOCOL 7)', async () => {
    const [a, b] = attach('worker-0', 'worker-1');
    await submit('loose', { workers: 2, exact: false, sync: 'allreduce' });
    await Promise.all([assigned(a, 'loose', 1), assigned(b, 'loose', 1)]);
    for (const state of ['ready', 'stepping']) {
      b.report('loose', 1, state, { proof: other });
      a.report('loose', 1, state, { proof });
    }
    const { workers: members } = await shown('loose', 'runs', ({ state }) => state === 'running');
    assert.deepEqual(members, ['worker-0', 'worker-1']);
    a.report('loose', 1, 'finished', { step: 100 });
    await shown('loose', 'ends', ({ state }) => state === 'completed');
    assert.deepEqual(await decisions('loose'), [
      'worker-1 computes other bits than worker-0: supervise differs; the weights may depend on who computes',
    ]);
  });

  it('cannot resume an exact run that began on another (PROTOCOL 21)', async () => {
    const [a] = attach('worker-0');
    await submit('resumed', { workers: 1 });
    await assigned(a, 'resumed', 1);
    a.report('resumed', 1, 'ready', { proof });
    a.report('resumed', 1, 'stepping', { step: 1, proof });
    await shown('resumed', 'runs', ({ state }) => state === 'running');
    a.report('resumed', 1, 'finished', { step: 100 });
    await shown('resumed', 'ends', ({ state }) => state === 'completed');
    a.report('', 0, 'idle');
    await client().resume({ run: 'resumed', maxSteps: 200, fromStep: -1 });
    await assigned(a, 'resumed', 2);
    a.report('resumed', 2, 'ready', { proof: other });
    const failed = await shown('resumed', 'fails', ({ state }) => state === 'failed');
    assert.match(failed.reason, /worker-0 computes other bits than it did before: supervise differs/);
    assert.equal(JSON.parse(failed.errorJson).code, 'AU_WORKER_BITS');
    // A person has put the machine right.
    a.report('', 0, 'idle');
    await client().resume({ run: 'resumed', maxSteps: 200, fromStep: -1 });
    await assigned(a, 'resumed', 3);
    const before = a.proved.length;
    a.report('resumed', 3, 'ready', { proof });
    await until('it may take part', () => a.proved.length > before);
    a.report('resumed', 3, 'finished', { step: 200 });
    await shown('resumed', 'ends', ({ state }) => state === 'completed');
  });
});
