import { AuseqError } from '@auseq/proto/errors';
import type { ClusterOptions } from './cluster-options.js';
import { clusterPaths } from './cluster-paths.js';
import { prepareCluster } from './prepare-cluster.js';
import { tokenVariable } from './process-identity.js';
import { createSupervisor, type Supervisor } from './supervisor.js';
import type { SupervisorMessage } from './supervisor-messages.js';

/** The process that `auseq up` leaves behind. One argument: ClusterOptions as JSON. */
const options = JSON.parse(process.argv[2] ?? '') as ClusterOptions;
const token = process.env[tokenVariable];
if (!token) throw new Error(`${tokenVariable} is not set`);

const starting = new AbortController();
const force = new AbortController();
let supervisor: Supervisor | null = null;
let ending: Promise<void> | null = null;
let ready = false;

const tell = (message: SupervisorMessage) =>
  new Promise<void>((resolve) => (process.connected ? process.send?.(message, () => resolve()) : resolve()));

function end(code: number): void {
  if (ending) {
    force.abort();
    return;
  }
  starting.abort(new Error('the cluster is being ended'));
  ending = (supervisor?.stop(force.signal) ?? Promise.resolve()).then(
    () => process.exit(code),
    (error) => {
      process.stderr.write(`${(error as Error).stack}\n`);
      process.exit(1);
    },
  );
}

process.on('SIGTERM', () => end(0));
process.on('SIGINT', () => {}); // a Ctrl-C in some terminal is not for us
process.on('SIGHUP', () => {});
process.on('disconnect', () => {
  if (!ready) end(1); // whoever called `up` is gone before it was told the address
});
process.on('uncaughtException', (error) => {
  process.stderr.write(`${error.stack}\n`);
  end(1);
});

try {
  const plan = await prepareCluster(options);
  if (!ending) {
    supervisor = createSupervisor(clusterPaths(options.name), plan, token);
    const record = await supervisor.start((message) => void tell({ event: 'progress', message }), starting.signal);
    ready = true;
    await tell({ event: 'ready', record });
  }
} catch (error) {
  if (!ending) {
    await tell({ event: 'error', error: AuseqError.from(error).toJSON() });
    end(1);
  }
}
