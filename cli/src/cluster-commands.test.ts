import assert from 'node:assert/strict';
import { existsSync, mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { connect } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import { findMinio } from '@auseq/infra/runtime/find-program';
import { readClusterRecord } from '@auseq/infra/supervisor/cluster-file';
import { clusterPaths } from '@auseq/infra/supervisor/cluster-paths';
import { processesWithToken } from '@auseq/infra/supervisor/process-identity';
import { auseq } from './auseq.fixture.js';

interface Process {
  role: string;
  name: string;
  pid: number;
  address: string;
  state: string;
  restarts: number;
}

let folder: string;
let env: Record<string, string>;
before(() => {
  folder = mkdtempSync(join(tmpdir(), 'auseq-cli-'));
  env = { AUSEQ_STATE: folder, AUSEQ_CLUSTER: 'cli-test' };
});
after(async () => {
  await auseq(['down', '--purge', '--force'], env);
  rmSync(folder, { recursive: true, force: true });
});

const paths = () => clusterPaths('cli-test', { AUSEQ_STATE: folder });

async function processes(): Promise<Process[]> {
  const { stdout, stderr } = await auseq(['status', '--output', 'json'], env);
  return (JSON.parse(stdout || stderr) as { processes: Process[] }).processes;
}

const find = (list: readonly Process[], role: string) => list.find((each) => each.role === role)!;

function listens(address: string): Promise<boolean> {
  const [host, port] = address.split(':');
  return new Promise((resolve) => {
    const socket = connect(Number(port), host);
    socket.once('error', () => resolve(false));
    socket.once('connect', () => {
      socket.destroy();
      resolve(true);
    });
  });
}

async function up(...more: string[]): Promise<{ token: string; addresses: string[] }> {
  const { code, stdout, stderr } = await auseq(['up', '--workers', '1', '--output', 'json', ...more], env);
  assert.equal(code, 0, stderr);
  assert.equal((JSON.parse(stdout) as { state: string }).state, 'running');
  const { token, children } = readClusterRecord(paths())!;
  return { token, addresses: children.flatMap(({ address }) => address || []) };
}

async function assertNothingLeft({ token, addresses }: { token: string; addresses: string[] }): Promise<void> {
  assert.deepEqual(processesWithToken(token), []);
  for (const address of addresses) assert.equal(await listens(address), false, address);
  const temporary = readdirSync(paths().root).filter((file) => file.includes('tmp') || file === 'cluster.json');
  assert.deepEqual(temporary, []);
}

test('up, status, a second up, down', async () => {
  const cluster = await up();
  const list = await processes();
  assert.deepEqual(list.map(({ role }) => role).sort(), ['coordinator', 'guard', 'nats', 'supervisor', 'worker']);
  assert.ok(
    list.every(({ state, pid }) => state === 'running' && pid > 0),
    JSON.stringify(list),
  );
  assert.ok(await listens(find(list, 'coordinator').address));
  const second = await auseq(['up'], env);
  assert.equal(second.code, 9);
  assert.match(second.stderr, /AU_CLUSTER_EXISTS/);
  const unknown = await auseq(['runs', 'show', 'nobody'], env);
  assert.equal(unknown.code, 4, unknown.stderr);
  const down = await auseq(['down'], env);
  assert.equal(down.code, 0, down.stderr);
  await assertNothingLeft(cluster);
});

// Building MinIO takes minutes and a Go compiler: a developer's machine may be without, CI may not.
const noMinio = findMinio() || process.env.CI ? false : 'there is no minio: npm run setup -- --minio';
for (const role of ['nats', 'store', 'coordinator', 'worker', 'guard']) {
  const minio = role === 'store';
  test(`a killed ${role} comes back, and down leaves nothing`, { skip: minio && noMinio }, async () => {
    const cluster = await up(...(minio ? ['--store', 'minio'] : []));
    const before = find(await processes(), role);
    process.kill(before.pid, 'SIGKILL');
    const end = Date.now() + 20_000;
    let now = before;
    while (now.pid === before.pid || now.state !== 'running') {
      assert.ok(Date.now() < end, `${role} did not come back`);
      await sleep(200);
      now = find(await processes(), role);
    }
    assert.equal(now.restarts, 1);
    assert.equal((await auseq(['down'], env)).code, 0);
    await assertNothingLeft(cluster);
  });
}

test('a killed supervisor: nothing is orphaned, down clears, up works again', async () => {
  const cluster = await up();
  process.kill(find(await processes(), 'supervisor').pid, 'SIGKILL');
  const end = Date.now() + 10_000;
  while (processesWithToken(cluster.token).length > 0) {
    assert.ok(Date.now() < end, 'processes outlived their supervisor');
    await sleep(50);
  }
  assert.ok((await processes()).every(({ state }) => state === 'dead'));
  const again = await up(); // clears what the dead one left
  assert.equal((await auseq(['down', '--purge'], env)).code, 0);
  assert.deepEqual(processesWithToken(again.token), []);
  assert.equal(existsSync(paths().root), false);
});
