import { type ChildProcess, spawn } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type MembershipWish, nextGeneration } from '@auseq/proto/next-generation';
import type { GenerationRecord } from '@auseq/proto/run-records';
import { membershipSubject } from '@auseq/proto/subjects';
import { RunHistory } from '../history/run-history.js';
import { freePorts } from '../supervisor/free-ports.js';
import { connectNats, waitForNats } from './connect-nats.js';
import { natsServerSpec } from './nats-server-spec.js';

export interface NatsFixture {
  readonly url: string;
  /** Begins a generation as a coordinator does. */
  begin(
    run: string,
    generation: number,
    members: readonly string[],
    more?: { readonly baseStep?: number; readonly hosts?: readonly string[] },
  ): Promise<void>;
  /** Changes the membership of a run in work, as a coordinator does. */
  regroup(
    run: string,
    members: readonly string[],
    joining?: readonly string[],
    more?: Pick<MembershipWish, 'hosts' | 'holds'>,
  ): Promise<GenerationRecord>;
  /** Kills the server (kill -9) and starts it again on the same port and data. */
  restart(): Promise<void>;
  stop(): Promise<void>;
}

/** A real nats-server with JetStream in a temp folder on a free port. */
export async function startNats(): Promise<NatsFixture> {
  const folder = mkdtempSync(join(tmpdir(), 'auseq-nats-'));
  const [port] = await freePorts(1);
  const url = `nats://127.0.0.1:${port}`;
  const spec = natsServerSpec({ port: port!, storeDir: folder, name: 'test' });
  mkdirSync(folder, { recursive: true });
  writeFileSync(spec.configPath, spec.configText);
  let server: ChildProcess;
  const start = async () => {
    server = spawn(spec.command, spec.args, { stdio: 'ignore' });
    await waitForNats(url, { timeoutMs: 10_000 });
  };
  const end = () =>
    new Promise<void>((resolve) => {
      server.once('exit', () => resolve());
      server.kill('SIGKILL');
    });
  process.once('exit', () => server.kill('SIGKILL')); // a test that crashes leaves no server
  await start();
  const connection = await connectNats(url, { name: 'fixture' });
  const history = await RunHistory.open(connection);
  await history.ensureStream();
  return {
    url,
    async begin(run, generation, members, { baseStep = 0, hosts } = {}) {
      const last = await history.last(run);
      const record = {
        type: 'generation',
        run,
        generation,
        members,
        hosts,
        baseStep,
        continues: false,
        unhealed: [],
        baseDigest: null,
        baseDrain: false,
        reason: 'a test begins',
        time: new Date().toISOString(),
      } as const;
      await history.append(record, last?.sequence ?? 0);
    },
    async regroup(run, members, joining = [], more = {}) {
      for (;;) {
        const last = await history.last(run);
        const wish = { ...more, members, joining, reason: 'a test changes it', time: new Date().toISOString() };
        const record = last && nextGeneration(last.record, wish);
        if (!record) throw new Error('nobody is left who holds the state');
        if ((await history.append(record, last.sequence)) === null) continue; // a commit came between
        connection.publish(membershipSubject(run), JSON.stringify(record));
        return record;
      }
    },
    async restart() {
      await end();
      await start();
    },
    async stop() {
      await connection.close();
      await end();
      rmSync(folder, { recursive: true, force: true });
    },
  };
}
