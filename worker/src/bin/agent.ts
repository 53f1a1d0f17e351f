#!/usr/bin/env node
import { cpus } from 'node:os';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { createLogger } from '@auseq/infra/logging/logger';
import { tensorflowRuntime } from '@auseq/infra/runtime/tensorflow-runtime';
import { AuseqError, formatError } from '@auseq/proto/errors';
import { Agent } from '../agent/agent.js';

/** A worker: `agent --name NAME --coordinator HOST:PORT [--nats URL] [--store URL] [--device cpu|cuda] [--step-executable FILE]`. Ends on SIGTERM, drained. */
async function main(): Promise<void> {
  const { name, coordinator, natsUrl, storeUrl, device, stepExecutable } = readOptions();
  const logger = createLogger({ role: 'agent', worker: name });
  const reached = { coordinator, natsUrl, storeUrl };
  const agent = new Agent({ name, ...reached, device, stepExecutable, build: describeBuild(), logger });
  let asked = 0;
  const stop = () => void agent.stop(asked++ > 0);
  process.on('SIGTERM', stop);
  process.on('SIGINT', stop);
  await agent.run();
}

const options = {
  name: { type: 'string' },
  coordinator: { type: 'string' },
  nats: { type: 'string' },
  store: { type: 'string' },
  device: { type: 'string' },
  'step-executable': { type: 'string' },
} as const;

function parse() {
  try {
    return parseArgs({ options }).values;
  } catch (error) {
    throw usage(error instanceof Error ? error.message : String(error));
  }
}

function readOptions() {
  const values = parse();
  const { name, coordinator } = values;
  if (!name || !/^[a-z0-9][a-z0-9-]*$/.test(name)) throw usage('--name must be lower-case letters, digits and dashes');
  if (!coordinator) throw usage('--coordinator HOST:PORT is missing');
  const device = values.device ?? tensorflowRuntime()?.device ?? 'cpu';
  if (device !== 'cpu' && device !== 'cuda') throw usage(`--device ${device} is neither cpu nor cuda`);
  const stepExecutable = values['step-executable'] ?? fileURLToPath(new URL('./step.js', import.meta.url));
  return { name, coordinator, natsUrl: values.nats, storeUrl: values.store, device, stepExecutable } as const;
}

/** What the bits of a CPU run depend on, for the record. */
function describeBuild(): string {
  const runtime = tensorflowRuntime();
  return `TensorFlow ${runtime?.version ?? 'not set up'}, ${cpus()[0]?.model ?? 'unknown CPU'}`;
}

function usage(why: string): AuseqError {
  return new AuseqError('AU_USAGE', {
    what: 'agent cannot start',
    why,
    try: 'agent --name worker-0 --coordinator 127.0.0.1:7443',
  });
}

try {
  await main();
  process.exit(0);
} catch (error) {
  const coded = AuseqError.from(error);
  process.stderr.write(`${formatError(coded)}\n`);
  process.exit(coded.exitCode);
}
