import assert from 'node:assert/strict';
import { type ChildProcess, spawn } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { afterEach, beforeEach, describe, it } from 'node:test';
import { setTimeout as pause } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { runConfig } from '@auseq/configs/schema';
import { Outgoing } from '@auseq/infra/grpc/outgoing';
import { until as waitUntil } from '@auseq/infra/testing/until.fixture';
import {
  type AssignmentReport,
  type CoordinatorMessage,
  type WorkerMessage,
  WorkersDefinition,
} from '@auseq/proto/gen/auseq/v1/auseq';
import { protocolVersion } from '@auseq/proto/protocol';
import { createServer, type Server } from 'nice-grpc';

const agentProgram = fileURLToPath(new URL('../bin/agent.js', import.meta.url));
const stepProgram = fileURLToPath(new URL('./step-executable.fixture.js', import.meta.url));
const deadlineMs = 8_000;

const until = <T>(what: string, look: () => T | undefined | false | null) => waitUntil(what, look, deadlineMs);

function lives(pid: number): boolean {
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, 'utf8');
    return stat[stat.lastIndexOf(')') + 2] !== 'Z';
  } catch {
    return false;
  }
}

/** The coordinator's side of one agent's streams. */
class Coordinator {
  readonly heard: WorkerMessage['message'][] = [];
  address = '';
  streams = 0;
  private server: Server | null = null;
  private outgoing = new Outgoing<CoordinatorMessage>();

  async open(port = 0, version = protocolVersion): Promise<void> {
    const attach = async function* (this: Coordinator, request: AsyncIterable<WorkerMessage>) {
      this.streams++;
      const outgoing = new Outgoing<CoordinatorMessage>();
      this.outgoing = outgoing;
      const urls = { natsUrl: 'nats://127.0.0.1:1', storeUrl: 'file:///nowhere' };
      outgoing.push({ message: { $case: 'welcome', welcome: { protocolVersion: version, ...urls } } });
      const listen = async () => {
        for await (const { message } of request) this.heard.push(message);
      };
      void listen()
        .catch(() => {})
        .finally(() => outgoing.close());
      yield* outgoing;
    }.bind(this);
    this.server = createServer();
    this.server.add(WorkersDefinition, { attach });
    this.address = `127.0.0.1:${await this.server.listen(`127.0.0.1:${port}`)}`;
  }

  close(): void {
    this.outgoing.close();
    this.server?.forceShutdown();
  }

  assign(run: string, generation: number): void {
    const fixed = { joins: false, rank: 0, members: ['worker-0'], baseCheckpoint: '', sync: 'gather' };
    const configJson = JSON.stringify(runConfig.parse({}));
    this.outgoing.push({ message: { $case: 'assignment', assignment: { run, generation, configJson, ...fixed } } });
  }

  cancel(run: string, generation: number, checkpoint: boolean): void {
    this.outgoing.push({ message: { $case: 'cancel', cancel: { run, generation, checkpoint, reason: 'a test' } } });
  }

  prove(run: string, generation: number): void {
    this.outgoing.push({ message: { $case: 'proved', proved: { run, generation } } });
  }

  report(accept: (report: AssignmentReport) => boolean): Promise<AssignmentReport> {
    return until('a report', () => {
      for (const message of this.heard)
        if (message?.$case === 'report' && accept(message.report)) return message.report;
      return null;
    });
  }

  /** The pid of the step process that takes part in a generation. */
  async stepping(run: string, generation: number): Promise<number> {
    const isIt = (each: AssignmentReport) => each.run === run && each.generation === generation;
    return (await this.report((each) => isIt(each) && each.state === 'stepping')).step;
  }

  idleReports(): number {
    return this.heard.filter((each) => each?.$case === 'report' && each.report.state === 'idle').length;
  }
}

describe('an agent', () => {
  let coordinator: Coordinator;
  let agent: ChildProcess;
  let exit: Promise<number | null>;
  beforeEach(async () => {
    coordinator = new Coordinator();
    await coordinator.open();
    start();
    await until('the first idle report', () => coordinator.idleReports() === 1);
  });
  afterEach(async () => {
    agent.kill('SIGKILL');
    await exit;
    coordinator.close();
  });
  const start = () => {
    const where = ['--coordinator', coordinator.address, '--step-executable', stepProgram];
    agent = spawn(process.execPath, [agentProgram, '--name', 'worker-0', '--device', 'cpu', ...where], {
      stdio: ['ignore', 'ignore', 'ignore'],
    });
    exit = new Promise((resolve) => agent.once('exit', (code) => resolve(code)));
  };

  it('starts one fresh step process for each assignment, and says when it is free again', async () => {
    coordinator.assign('obeys', 1);
    const first = await coordinator.stepping('obeys', 1);
    coordinator.assign('obeys', 2);
    const second = await coordinator.stepping('obeys', 2);
    assert.notEqual(first, second);
    assert.equal(lives(first), false);
    coordinator.cancel('obeys', 1, false); // of a generation that is over
    await pause(50);
    assert.ok(lives(second));
    coordinator.cancel('obeys', 2, true);
    await coordinator.report(({ state, generation }) => state === 'stopped' && generation === 2);
    await until('the next idle report', () => coordinator.idleReports() === 2);
    assert.equal(lives(second), false);
  });

  it('reports a step process that ended by itself, coded, and is free again', async () => {
    coordinator.assign('dies', 1);
    const { errorJson } = await coordinator.report(({ state }) => state === 'failed');
    const error = JSON.parse(errorJson);
    assert.deepEqual([error.code, error.why], ['AU_WORKER_LOST', 'exit code 7']);
    await until('the next idle report', () => coordinator.idleReports() === 2);
  });

  it('kills a step process that does not leave', async () => {
    coordinator.assign('stubborn', 1);
    const pid = await coordinator.stepping('stubborn', 1);
    coordinator.cancel('stubborn', 1, false);
    await until('its end', () => !lives(pid));
    await until('the next idle report', () => coordinator.idleReports() === 2);
  });

  it('leaves no step process behind when it is killed', async () => {
    coordinator.assign('stubborn', 1);
    const pid = await coordinator.stepping('stubborn', 1);
    agent.kill('SIGKILL');
    await until('the end of its step process', () => !lives(pid));
  });

  it('drains on SIGTERM and ends', async () => {
    coordinator.assign('obeys', 1);
    const pid = await coordinator.stepping('obeys', 1);
    agent.kill('SIGTERM');
    await coordinator.report(({ state }) => state === 'stopped');
    assert.ok(coordinator.heard.some((message) => message?.$case === 'draining'));
    assert.equal(await exit, 0);
    assert.equal(lives(pid), false);
  });

  it('attaches again to a new coordinator, and says what it is doing', async () => {
    coordinator.assign('obeys', 3);
    const pid = await coordinator.stepping('obeys', 3);
    coordinator.close();
    coordinator.heard.length = 0;
    await coordinator.open(Number(coordinator.address.split(':')[1]));
    assert.equal(await coordinator.stepping('obeys', 3), pid);
    assert.equal(coordinator.heard[0]?.$case, 'hello');
    assert.ok(lives(pid));
  });

  it('tells the proof of its step process, also to a new coordinator, and tells it the answer (PROTOCOL 7)', async () => {
    coordinator.assign('proves', 1);
    const isReady = ({ run, state }: AssignmentReport) => run === 'proves' && state === 'ready';
    assert.deepEqual((await coordinator.report(isReady)).proof, { decode: 'a hash' });
    coordinator.close();
    coordinator.heard.length = 0;
    await coordinator.open(Number(coordinator.address.split(':')[1]));
    assert.deepEqual((await coordinator.report(isReady)).proof, { decode: 'a hash' });
    coordinator.prove('proves', 1);
    await coordinator.stepping('proves', 1);
  });

  it('ends with a code where the coordinator speaks another protocol', async () => {
    coordinator.close();
    agent.kill('SIGKILL');
    await exit;
    await coordinator.open(0, '0-other');
    start();
    assert.notEqual(await exit, 0);
  });
});
