#!/usr/bin/env node
import { resolve } from 'node:path';
import { parseArgs } from 'node:util';
import { AuseqError } from '@auseq/proto/errors';
import type { WorkerEvent } from '@auseq/proto/worker-events';
import type { Asked } from '../numerics/measured-sample.js';

const usage =
  'numerics --assets DIR --data ROOT --sequence REL --center K [--sequence REL --center K] [--checkpoint F] [--legacy-slips] [--out FILE.npz]';

const emit = (event: WorkerEvent): void => {
  process.stdout.write(`${JSON.stringify(event)}\n`);
};

async function main(args: readonly string[], signal: AbortSignal): Promise<unknown> {
  const options = parse(args);
  const needed = (name: string, value: string | undefined) => {
    if (!value) throw usageError(`${name} is missing`);
    return resolve(value);
  };
  const path = (value: string | undefined) => (value ? resolve(value) : '');
  const given = {
    assets: needed('--assets', options.assets),
    data: needed('--data', options.data),
    asked: pairs(options.sequence ?? [], options.center ?? []),
    checkpoint: path(options.checkpoint),
    out: path(options.out),
    legacySlips: options['legacy-slips'],
  };
  // Loaded here, so that a wrong use is answered without the TensorFlow runtime.
  const { runNumerics } = await import('../numerics/numerics.js');
  return runNumerics({ ...given, onNote: (message) => emit({ event: 'warning', message }), signal });
}

/** A centre for each sequence, or one for all. */
function pairs(sequences: readonly string[], centres: readonly string[]): Asked[] {
  if (sequences.length === 0) throw usageError('--sequence is missing');
  if (centres.length !== sequences.length && centres.length !== 1)
    throw usageError(`there are ${sequences.length} times --sequence, and ${centres.length} times --center`);
  return sequences.map((sequence, index) => {
    const text = centres[index] ?? centres[0]!;
    const centre = Number(text);
    if (!Number.isInteger(centre) || text.trim() === '') throw usageError(`--center ${text} is no number of a frame`);
    return { sequence: sequence.replace(/^\/+|\/+$/g, ''), centre };
  });
}

function parse(args: readonly string[]) {
  const text = { type: 'string' } as const;
  const list = { type: 'string', multiple: true } as const;
  const flag = { type: 'boolean', default: false } as const;
  try {
    return parseArgs({
      args: [...args],
      options: {
        ...{ assets: text, data: text, checkpoint: text, out: text },
        ...{ sequence: list, center: list, 'legacy-slips': flag },
      },
    }).values;
  } catch (error) {
    throw usageError(error instanceof Error ? error.message : String(error));
  }
}

function usageError(why: string): AuseqError {
  return new AuseqError('AU_USAGE', { what: 'the numerics command was not understood', why, try: usage });
}

const stop = new AbortController();
for (const name of ['SIGINT', 'SIGTERM'] as const)
  process.once(name, () => stop.abort(new Error(`stopped by ${name}`)));

try {
  emit({ event: 'result', value: await main(process.argv.slice(2), stop.signal) });
} catch (error) {
  const coded = AuseqError.from(error);
  emit({ event: 'error', error: coded.toJSON() });
  process.exitCode = stop.signal.aborted ? 130 : coded.exitCode;
}
