import assert from 'node:assert/strict';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, describe, it } from 'node:test';
import { setTimeout as pause } from 'node:timers/promises';
import { RunHistory } from '@auseq/infra/history/run-history';
import { createLogger } from '@auseq/infra/logging/logger';
import { connectNats } from '@auseq/infra/nats/connect-nats';
import { type NatsFixture, startNats } from '@auseq/infra/nats/nats.fixture';
import { RunsDefinition } from '@auseq/proto/gen/auseq/v1/auseq';
import { heartbeatEveryMs } from '@auseq/proto/heartbeat-rules';
import type { GenerationRecord } from '@auseq/proto/run-records';
import { generationSubjects } from '@auseq/proto/subjects';
import type { NatsConnection } from 'nats';
import { createChannel, createClient } from 'nice-grpc';
import { type RunningCoordinator, startCoordinator } from './coordinator.js';
import { FakeWorker } from './fake-worker.fixture.js';
import { configJson } from './runs/run-record.fixture.js';

const run = 'trial';
const deadlineMs = 10_000;

describe('a member that falls silent', () => {
  let nats: NatsFixture;
  let coordinator: RunningCoordinator;
  let connection: NatsConnection;
  const folder = mkdtempSync(join(tmpdir(), 'auseq-returning-'));
  const workers: FakeWorker[] = [];
  const heard = new Set(['a', 'b']);
  let beats: NodeJS.Timeout;

  before(async () => {
    nats = await startNats();
    connection = await connectNats(nats.url, { name: 'test' });
    coordinator = await startCoordinator({
      ...{ host: '127.0.0.1', port: 0, natsUrl: nats.url, storeUrl: `file://${folder}` },
      logger: createLogger({ role: 'coordinator', destination: { write: () => {} } }),
      onFatal: (error) => assert.fail(error),
    });
  });
  after(async () => {
    clearInterval(beats);
    for (const worker of workers) await worker.leave();
    await coordinator.close();
    await connection.close();
    await nats.stop();
    rmSync(folder, { recursive: true, force: true });
  });

  const membership = async (wanted: (record: GenerationRecord) => boolean): Promise<GenerationRecord> => {
    const history = await RunHistory.open(connection);
    const giveUpAt = Date.now() + deadlineMs;
    for (;;) {
      const last = (await history.last(run))?.record;
      if (last?.type === 'generation' && wanted(last)) return last;
      if (Date.now() > giveUpAt) throw new Error(`waited in vain; the last record is ${JSON.stringify(last)}`);
      await pause(20);
    }
  };

  it('is removed, taken back with its process where it wakes up, and ended where it does not (PROTOCOL 14)', async () => {
    for (const name of ['a', 'b']) workers.push(new FakeWorker(name, coordinator.address));
    const [a, b] = workers as [FakeWorker, FakeWorker];
    const channel = createChannel(coordinator.address);
    const client = createClient(RunsDefinition, channel);
    await client.submit({ name: run, configJson: configJson({ workers: 2 }), configYaml: '#' });
    const first = await membership(({ members }) => members.length === 2);
    for (const worker of [a, b]) worker.report(run, first.generation, 'stepping', { step: 1 });
    let group: GenerationRecord = first;
    beats = setInterval(() => {
      for (const [rank, worker] of group.members.entries()) {
        const beat = { worker, phase: 'waiting', counter: Math.round(performance.now()), step: 1 };
        const { heartbeat } = generationSubjects(run, group.generation);
        if (heard.has(worker)) connection.publish(heartbeat(rank), JSON.stringify(beat));
      }
    }, heartbeatEveryMs);
    await pause(500);

    heard.delete('b');
    group = await membership(({ members }) => members.join() === 'a');
    assert.match(group.reason, /b is silent for/);
    await pause(300);
    assert.equal(b.cancels.length, 0, 'its process is left alone');
    heard.add('b');
    b.report(run, first.generation, 'ready', { step: 1, stateDigest: 'of another commit' });
    group = await membership(({ members }) => members.join() === 'a,b');
    assert.deepEqual([group.unhealed, group.reason], [['b'], 'b comes back to a']);
    await pause(500);

    heard.delete('b');
    group = await membership(({ members }) => members.join() === 'a');
    const giveUpAt = Date.now() + deadlineMs;
    while (b.cancels.length === 0 && Date.now() < giveUpAt) await pause(20);
    assert.match(b.cancels[0]!.reason, /did not come back in time/);
    await client.stop({ run });
    channel.close();
  });
});
