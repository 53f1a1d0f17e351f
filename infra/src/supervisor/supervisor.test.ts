import assert from 'node:assert/strict';
import { type ChildProcess, spawn } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { existsSync, mkdtempSync, rmSync } from 'node:fs';
import { connect } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import type { ClusterRecord } from './cluster-file.js';
import { clusterPaths } from './cluster-paths.js';
import { viewCluster } from './cluster-status.js';
import { waitGone } from './end-processes.js';
import { processesWithToken, tokenVariable } from './process-identity.js';
import { recordedProcesses, stopCluster } from './stop-cluster.js';

let folder: string;
before(() => {
  folder = mkdtempSync(join(tmpdir(), 'auseq-supervisor-'));
  process.env.AUSEQ_STATE = folder;
});
after(() => rmSync(folder, { recursive: true, force: true }));

const never = new AbortController().signal;

async function launch(name: string, fault = ''): Promise<{ child: ChildProcess; token: string; said: string }> {
  const token = randomBytes(8).toString('hex');
  const fixture = fileURLToPath(new URL('./supervisor.fixture.js', import.meta.url));
  const env = { ...process.env, [tokenVariable]: token };
  const child = spawn(process.execPath, [fixture, name, fault], { env, stdio: ['ignore', 'pipe', 'inherit'] });
  const [said] = (await once(child.stdout!.setEncoding('utf8'), 'data')) as [string];
  return { child, token, said };
}

async function eventually(what: string, holds: () => boolean): Promise<void> {
  for (const end = Date.now() + 10_000; Date.now() < end; await sleep(20)) if (holds()) return;
  assert.fail(`never came true: ${what}`);
}

function listens(address: string): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = connect(Number(address.split(':')[1]), '127.0.0.1');
    socket.once('connect', () => resolve(true)).once('error', () => resolve(false));
    socket.once('connect', () => socket.destroy());
  });
}

async function assertNothingLeft(record: ClusterRecord): Promise<void> {
  assert.deepEqual(processesWithToken(record.token), []);
  for (const { address } of record.children) if (address) assert.equal(await listens(address), false, address);
  assert.equal(existsSync(clusterPaths(record.name).file), false);
}

test('a cluster serves, shows every process, and is ended without a trace', async () => {
  const { said } = await launch('whole');
  const record = JSON.parse(said) as ClusterRecord;
  const roles = () => viewCluster('whole').processes.map(({ role }) => role);
  await eventually('the step process is seen', () => roles().includes('step'));
  assert.deepEqual(roles().sort(), ['coordinator', 'guard', 'nats', 'step', 'supervisor', 'worker']);
  assert.ok(viewCluster('whole').processes.every(({ state }) => state === 'running'));
  const report = await stopCluster({ name: 'whole', purge: false, force: never });
  assert.equal(report.crashed, false);
  assert.equal(report.processes, 6);
  await assertNothingLeft(record);
  assert.ok(existsSync(clusterPaths('whole').logs), 'logs stay without --purge');
  await stopCluster({ name: 'whole', purge: true, force: never });
  assert.equal(existsSync(clusterPaths('whole').root), false);
});

test('a killed child is started again, a killed guard too', async () => {
  const { said } = await launch('restart');
  const record = JSON.parse(said) as ClusterRecord;
  for (const role of ['nats', 'worker', 'guard']) {
    const pid = () => viewCluster('restart').processes.find((process) => process.role === role)!;
    const before = pid().pid;
    process.kill(before, 'SIGKILL');
    await eventually(`${role} lives again`, () => pid().pid !== before && pid().state === 'running');
    assert.equal(pid().restarts, 1);
  }
  await stopCluster({ name: 'restart', purge: true, force: never });
  await assertNothingLeft(record);
});

test('a killed supervisor takes everything with it, and down clears its record', async () => {
  const { child, said } = await launch('crash');
  const record = JSON.parse(said) as ClusterRecord;
  await eventually('the step process is seen', () => processesWithToken(record.token).length === 6);
  const processes = recordedProcesses(record);
  child.kill('SIGKILL');
  assert.ok(await waitGone(processes, 10_000), 'the guard ends what the dead supervisor left');
  assert.equal(viewCluster('crash').state, 'dead');
  const report = await stopCluster({ name: 'crash', purge: false, force: never });
  assert.equal(report.crashed, true);
  await assertNothingLeft(record);
});

test('supervisor and guard killed together: down still finds every process', async () => {
  const { child, said } = await launch('both');
  const record = JSON.parse(said) as ClusterRecord;
  await eventually('the step process is seen', () => processesWithToken(record.token).length === 6);
  const guard = record.children.find(({ role }) => role === 'guard')!.process!;
  child.kill('SIGSTOP'); // or it would start the guard again
  process.kill(guard.pid, 'SIGKILL');
  child.kill('SIGKILL');
  await eventually('both are gone', () => processesWithToken(record.token).length === 4);
  const report = await stopCluster({ name: 'both', purge: true, force: never });
  assert.equal(report.processes, 4);
  await assertNothingLeft(record);
});

test('a part that does not come up ends the start, with its last words', async () => {
  const { child, said, token } = await launch('fault', 'coordinator');
  await once(child, 'exit');
  const error = JSON.parse(said) as { code: string; why: string };
  assert.equal(error.code, 'AU_CLUSTER_START');
  assert.match(error.why, /exit code 3; its last words: no disk/);
  assert.deepEqual(processesWithToken(token), []);
  assert.equal(existsSync(clusterPaths('fault').file), false);
});

test('down of what does not run is a coded error', async () => {
  await assert.rejects(stopCluster({ name: 'nobody', purge: false, force: never }), { code: 'AU_CLUSTER_NOT_FOUND' });
  assert.throws(() => clusterPaths('../x'), { code: 'AU_USAGE' });
});
