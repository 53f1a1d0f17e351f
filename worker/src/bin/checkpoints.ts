#!/usr/bin/env node
import { resolve } from 'node:path';
import { parseArgs } from 'node:util';
import { AuseqError } from '@auseq/proto/errors';
import type { WorkerEvent } from '@auseq/proto/worker-events';
import { exportModelTar } from '../results/export-model-tar.js';
import { pushSpooled } from '../results/push-spooled.js';
import { readCheckpointFolder } from '../results/read-checkpoint-folder.js';

const usage =
  'checkpoints export --checkpoint DIR --assets DIR --out FILE [--batch-size 1] [--lr 1e-4] | verify --checkpoint DIR | push --run RUN';

const emit = (event: WorkerEvent): void => {
  process.stdout.write(`${JSON.stringify(event)}\n`);
};

async function main(args: readonly string[], signal: AbortSignal): Promise<void> {
  const { command, run, checkpoint, assets, out, ...numbers } = parse(args);
  if (command === 'verify' && checkpoint) {
    const { step, sha256, bytes } = (await readCheckpointFolder(resolve(checkpoint), signal)).manifest;
    return emit({ event: 'result', value: { step, sha256, bytes } });
  }
  if (command === 'push' && run) return emit({ event: 'result', value: await pushSpooled(run, signal) });
  if (command !== 'export') throw usageError(`"${command ?? ''}" is no command`);
  if (!checkpoint || !assets || !out) throw usageError('--checkpoint, --assets and --out are needed');
  const batchSize = Number(numbers['batch-size']);
  const learningRate = Number(numbers.lr);
  if (!Number.isInteger(batchSize) || !(learningRate > 0)) throw usageError('--batch-size or --lr is no such number');
  const folders = { checkpoint: resolve(checkpoint), assets: resolve(assets), out: resolve(out) };
  emit({ event: 'result', value: await exportModelTar({ ...folders, batchSize, learningRate, signal }) });
}

function parse(args: readonly string[]) {
  try {
    const { values, positionals } = parseArgs({
      args: [...args],
      allowPositionals: true,
      options: {
        checkpoint: { type: 'string' },
        run: { type: 'string' },
        assets: { type: 'string' },
        out: { type: 'string' },
        'batch-size': { type: 'string', default: '1' },
        lr: { type: 'string', default: '1e-4' },
      },
    });
    return { ...values, command: positionals[0] };
  } catch (error) {
    throw usageError(error instanceof Error ? error.message : String(error));
  }
}

function usageError(why: string): AuseqError {
  return new AuseqError('AU_USAGE', { what: 'the checkpoints command was not understood', why, try: usage });
}

const stop = new AbortController();
for (const name of ['SIGINT', 'SIGTERM'] as const)
  process.once(name, () => stop.abort(new Error(`stopped by ${name}`)));

try {
  await main(process.argv.slice(2), stop.signal);
} catch (error) {
  const coded = AuseqError.from(error);
  emit({ event: 'error', error: coded.toJSON() });
  process.exitCode = stop.signal.aborted ? 130 : coded.exitCode;
}
