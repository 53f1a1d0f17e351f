#!/usr/bin/env node
import { parseArgs } from 'node:util';
import { createLogger } from '@auseq/infra/logging/logger';
import { AuseqError, formatError } from '@auseq/proto/errors';
import { startCoordinator } from '../coordinator.js';

const options = {
  'grpc-port': { type: 'string', default: '0' },
  'grpc-host': { type: 'string', default: '127.0.0.1' },
  nats: { type: 'string' },
  store: { type: 'string' },
  'state-dir': { type: 'string' },
} as const;

/**
 * `coordinator --grpc-port PORT --nats URL --store URL [--grpc-host HOST] [--state-dir DIR]`. It keeps nothing on disk:
 * its state is in NATS, so `--state-dir` is accepted and left alone. SIGTERM ends it; runs go on.
 */
async function main(): Promise<void> {
  const { nats, store, port, host } = readOptions();
  const logger = createLogger({ role: 'coordinator' });
  const end = (error: AuseqError) => {
    logger.fatal({ err: error, code: error.code }, error.message);
    process.exit(error.exitCode);
  };
  process.on('unhandledRejection', (error) => end(AuseqError.from(error)));
  const coordinator = await startCoordinator({ host, port, natsUrl: nats, storeUrl: store, logger, onFatal: end });
  const stop = () => void coordinator.close().then(() => process.exit(0));
  process.on('SIGTERM', stop);
  process.on('SIGINT', stop);
}

function readOptions() {
  const values = parse();
  const port = Number(values['grpc-port']);
  if (!Number.isInteger(port) || port < 0 || port > 65535) throw usage(`--grpc-port ${values['grpc-port']} is no port`);
  if (!values.nats) throw usage('--nats URL is missing');
  if (!values.store) throw usage('--store URL is missing');
  return { nats: values.nats, store: values.store, port, host: values['grpc-host'] };
}

function parse() {
  try {
    return parseArgs({ options }).values;
  } catch (error) {
    throw usage(error instanceof Error ? error.message : String(error));
  }
}

function usage(why: string): AuseqError {
  const hint = 'coordinator --grpc-port 7443 --nats nats://127.0.0.1:4222 --store file:///var/lib/auseq';
  return new AuseqError('AU_USAGE', { what: 'coordinator cannot start', why, try: hint });
}

main().catch((error: unknown) => {
  const coded = AuseqError.from(error);
  process.stderr.write(`${formatError(coded)}\n`);
  process.exit(coded.exitCode);
});
