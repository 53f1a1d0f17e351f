#!/usr/bin/env node
import { resolve } from 'node:path';
import { parseArgs } from 'node:util';
import { AuseqError } from '@auseq/proto/errors';
import type { WorkerEvent } from '@auseq/proto/worker-events';

const usage = 'infer VIDEO|FOLDER --checkpoint DIR --out DIR [--assets DIR] [--gltf] [--obj]';

const emit = (event: WorkerEvent): void => {
  process.stdout.write(`${JSON.stringify(event)}\n`);
};

async function main(args: readonly string[], signal: AbortSignal): Promise<unknown> {
  const options = parse(args);
  const needed = (name: string, value: string | undefined) => {
    if (!value) throw usageError(`${name} is missing`);
    return resolve(value);
  };
  const paths = {
    input: needed('the video or folder', options.input),
    checkpoint: needed('--checkpoint', options.checkpoint),
    out: needed('--out', options.out),
    assets: options.assets ? resolve(options.assets) : '',
  };
  // Loaded here, so that a wrong use is answered without the TensorFlow runtime.
  const { inferClip } = await import('../infer/infer-clip.js');
  return inferClip({
    ...paths,
    gltf: options.gltf,
    obj: options.obj,
    onProgress: (phase, done, total) => emit({ event: 'progress', phase, done, total }),
    onWarning: (message) => emit({ event: 'warning', message }),
    signal,
  });
}

function parse(args: readonly string[]) {
  const text = { type: 'string' } as const;
  const flag = { type: 'boolean', default: false } as const;
  try {
    const { values, positionals } = parseArgs({
      args: [...args],
      allowPositionals: true,
      options: { checkpoint: text, out: text, assets: text, gltf: flag, obj: flag },
    });
    return { ...values, input: positionals[0] };
  } catch (error) {
    throw usageError(error instanceof Error ? error.message : String(error));
  }
}

function usageError(why: string): AuseqError {
  return new AuseqError('AU_USAGE', { what: 'the infer command was not understood', why, try: usage });
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
