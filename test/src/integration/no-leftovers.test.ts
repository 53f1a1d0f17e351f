import assert from 'node:assert/strict';
import { existsSync, mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { createConnection } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, describe, it } from 'node:test';
import { type ClusterProcess, startCluster } from '../kit/cluster.js';
import { processAlive } from '../kit/processes.js';

/** Resolves with whether something listens at host:port. */
function listens(address: string): Promise<boolean> {
  const match = /([\d.]+):(\d+)/.exec(address);
  if (!match) return Promise.resolve(false);
  return new Promise((resolve) => {
    const socket = createConnection({ host: match[1]!, port: Number(match[2]) });
    socket.once('connect', () => {
      socket.destroy();
      resolve(true);
    });
    socket.once('error', () => resolve(false));
  });
}

const temporary = () => readdirSync(tmpdir()).filter((name) => name.startsWith('auseq'));

async function assertGone(processes: readonly ClusterProcess[]): Promise<void> {
  assert.deepEqual(
    processes.filter(({ pid }) => processAlive(pid)).map(({ role, pid }) => `${role} ${pid}`),
    [],
  );
  for (const { role, address } of processes)
    assert.equal(await listens(address), false, `${role} still listens at ${address}`);
}

describe('after auseq down', () => {
  // A temporary folder of its own: others on this machine may run clusters too.
  const { TMPDIR } = process.env;
  const own = mkdtempSync(join(tmpdir(), 'auseq-leftovers-'));
  before(() => {
    process.env.TMPDIR = own;
  });
  after(() => {
    if (TMPDIR === undefined) delete process.env.TMPDIR;
    else process.env.TMPDIR = TMPDIR;
    rmSync(own, { recursive: true, force: true });
  });
  for (const victim of ['none', 'supervisor', 'nats', 'coordinator', 'worker']) {
    it(`nothing is left (killed before: ${victim})`, async () => {
      const before = temporary();
      const cluster = await startCluster({ workers: 2 });
      let processes: readonly ClusterProcess[] = [];
      try {
        processes = await cluster.processes();
        const roles = new Set(processes.map(({ role }) => role));
        for (const role of ['supervisor', 'nats', 'coordinator', 'worker'])
          assert.ok(roles.has(role), `${role} is in ${[...roles]}`);
        const killed = processes.find(({ role }) => role === victim);
        if (killed) process.kill(killed.pid, 'SIGKILL');
      } finally {
        await cluster.stop();
      }
      await assertGone(processes);
      assert.equal(existsSync(cluster.folder), false);
      assert.deepEqual(temporary(), before);
    });
  }
});
