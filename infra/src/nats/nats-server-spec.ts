import { join } from 'node:path';
import { findNatsServer } from '../runtime/find-program.js';
import { missingProgram } from '../runtime/missing-program.js';

export interface NatsServerOptions {
  port: number;
  /** HTTP monitoring (`/healthz`, `/varz`); none when left out. */
  monitorPort?: number;
  /** A folder of its own: JetStream's files and the configuration. */
  storeDir: string;
  name: string;
  host?: string;
}

export interface NatsServerSpec {
  command: string;
  args: string[];
  /** To be written to `configPath` before the server starts. */
  configText: string;
  configPath: string;
}

/** How to start a nats-server with JetStream on disk. Throws AU_RUNTIME_MISSING before setup. */
export function natsServerSpec(options: NatsServerOptions): NatsServerSpec {
  const command = findNatsServer();
  if (!command) throw missingProgram('nats-server', 'npm run setup');
  const configPath = join(options.storeDir, 'nats-server.conf');
  return { command, args: ['--config', configPath], configText: natsConfig(options), configPath };
}

/** The server's configuration file: pure. */
export function natsConfig({ port, monitorPort, storeDir, name, host = '127.0.0.1' }: NatsServerOptions): string {
  const text = (value: string) => JSON.stringify(value);
  const lines = [
    `server_name: ${text(name)}`,
    `listen: ${text(`${host}:${port}`)}`,
    ...(monitorPort === undefined ? [] : [`http: ${text(`${host}:${monitorPort}`)}`]),
    '# One leaf of eight sequences with its features is 1.5 MB; above 8 MB the server itself warns.',
    'max_payload: 8MB',
    '# A worker that copies its state to a newcomer may run ahead of it by this much.',
    'max_pending: 256MB',
    'write_deadline: "10s"',
    '# A dead peer is noticed here when its host vanished without closing the connection.',
    'ping_interval: "5s"',
    'ping_max: 2',
    'jetstream {',
    `  store_dir: ${text(join(storeDir, 'jetstream'))}`,
    '  max_memory_store: 256MB',
    '  max_file_store: 8GB',
    '  # What a power cut may take: runs then resume from the store (two minutes by default).',
    '  sync_interval: "5s"',
    '}',
  ];
  return `${lines.join('\n')}\n`;
}
