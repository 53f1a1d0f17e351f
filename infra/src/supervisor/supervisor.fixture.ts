import { clusterPaths } from './cluster-paths.js';
import { freePorts } from './free-ports.js';
import { ownCommands, planCluster } from './plan-cluster.js';
import { tokenVariable } from './process-identity.js';
import { createSupervisor } from './supervisor.js';

/**
 * A supervisor of small real processes, for tests: every part is a Node process that listens where it should,
 * and each worker has a child of its own, as agents have step processes. Prints the record when it serves.
 */
const [name = 'fixture', fault = ''] = process.argv.slice(2);
const [coordinator, nats, minio] = (await freePorts(3)) as [number, number, number];
const run = (script: string) => ({ command: process.execPath, args: ['-e', script] });
const listen = (port: number) => run(`require('net').createServer((s) => s.end()).listen(${port}, '127.0.0.1')`);
const idle = 'setInterval(() => {}, 1000)';
const paths = clusterPaths(name);
const plan = planCluster(
  { name, workers: 1, store: 'file', port: 0, coordinators: 1, device: '' },
  paths,
  { coordinators: [coordinator], nats, minio },
  {
    nats: listen(nats),
    minio: null,
    coordinator: () => (fault === 'coordinator' ? run("console.log('no disk'); process.exit(3)") : listen(coordinator)),
    worker: () =>
      run(`require('child_process').spawn(process.execPath, ['-e', '${idle}'], { detached: true }); ${idle}`),
    guard: ownCommands.guard,
  },
  {},
);
const supervisor = createSupervisor(paths, plan, process.env[tokenVariable]!);
const force = new AbortController();
process.on('SIGTERM', () => void supervisor.stop(force.signal).then(() => process.exit(0)));
try {
  const record = await supervisor.start(() => {}, AbortSignal.timeout(20_000));
  process.stdout.write(`${JSON.stringify(record)}\n`);
} catch (error) {
  process.stdout.write(`${JSON.stringify(error)}\n`);
  await supervisor.stop(force.signal);
  process.exit(5);
}
