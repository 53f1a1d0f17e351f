#!/usr/bin/env node
import { existsSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { parseArgs } from 'node:util';
import { auseqHome } from '@auseq/infra/runtime/auseq-home';
import { AuseqError } from '@auseq/proto/errors';
import type { WorkerEvent } from '@auseq/proto/worker-events';
import type { Source } from '../data/types.js';

const usage = [
  'dataset fetch-sample',
  'dataset prepare VIDEO --out ROOT [--layout affwild2|mead] [--id ID] [--holdout 0.25] [--image-size 224]',
  'dataset inspect ROOT [--sheet FILE.png]',
  'dataset synth --out ROOT [--assets DIR] [--sequences 8] [--frames 12] [--seed 0] [--layout affwild2|mead]',
].join(' | ');

const emit = (event: WorkerEvent): void => {
  process.stdout.write(`${JSON.stringify(event)}\n`);
};
const onProgress = (phase: string, done: number, total: number) => emit({ event: 'progress', phase, done, total });

type Options = ReturnType<typeof parse>;

async function main(args: readonly string[], signal: AbortSignal): Promise<unknown> {
  const options = parse(args);
  if (options.command === 'fetch-sample') return fetchSample();
  if (options.command === 'prepare') return prepare(options, signal);
  if (options.command === 'inspect') return inspect(options, signal);
  if (options.command === 'synth') return synth(options, signal);
  throw usageError(`"${options.command ?? ''}" is no command`);
}

async function fetchSample(): Promise<unknown> {
  const { fetchSampleVideo } = await import('../data/fetch-sample-video.js');
  return { video: await fetchSampleVideo() };
}

async function prepare(options: Options, signal: AbortSignal): Promise<unknown> {
  if (!options.subject) throw usageError('the video is missing');
  const holdout = Number(options.holdout);
  if (!(holdout >= 0 && holdout <= 1)) throw usageError(`--holdout ${options.holdout} is not between 0 and 1`);
  const { defaultClipId } = await import('../data/clip-names.js');
  const root = rootOf(options.out);
  const video = resolve(options.subject);
  // Loaded here, so that a wrong use is answered without the TensorFlow runtime.
  const { prepareVideo } = await import('../data/prepare.js');
  const { manifest, segments, skipped, report } = await prepareVideo({
    video,
    root,
    source: sourceOf(options.layout),
    id: options.id ?? defaultClipId(video),
    holdout,
    imageSize: whole('image-size', options['image-size'], 32),
    onProgress,
    onWarning: (message) => emit({ event: 'warning', message }),
    signal,
  });
  for (const { frames, reason } of skipped)
    emit({ event: 'warning', message: `left out: frames ${frames}: ${reason}` });
  return { root, sequences: manifest.sequences.length, hash: manifest.hash, segments, skipped, report };
}

async function inspect(options: Options, signal: AbortSignal): Promise<unknown> {
  if (!options.subject) throw usageError('the root of the data set is missing');
  const { inspectDataset } = await import('../data/inspect.js');
  return inspectDataset(resolve(options.subject), {
    ...(options.sheet ? { sheet: resolve(options.sheet) } : {}),
    signal,
    onProgress: (done, total) => onProgress('check sequences', done, total),
  });
}

async function synth(options: Options, signal: AbortSignal): Promise<unknown> {
  const { synthDataset } = await import('../data/synth/synth-dataset.js');
  const root = rootOf(options.out);
  const manifest = await synthDataset({
    assets: options.assets ? resolve(options.assets) : await cachedStandIns(signal),
    root,
    sequences: whole('sequences', options.sequences, 1),
    frames: whole('frames', options.frames, 3),
    seed: whole('seed', options.seed, 0),
    source: sourceOf(options.layout),
    imageSize: whole('image-size', options['image-size'], 32),
    onProgress,
    signal,
  });
  return { root, sequences: manifest.sequences.length, hash: manifest.hash, skipped: manifest.skipped };
}

/** Stand-ins in AUSEQ_HOME, made the first time they are needed. */
async function cachedStandIns(signal: AbortSignal): Promise<string> {
  const out = join(auseqHome(), 'assets', 'stand-in-tiny');
  if (!existsSync(join(out, 'assets.json'))) {
    const { synthesizeAssets } = await import('../assets/synthesize.js');
    await synthesizeAssets({ out, preset: 'tiny', seed: 0, onProgress, signal });
  }
  return out;
}

function parse(args: readonly string[]) {
  const text = { type: 'string' } as const;
  try {
    const { values, positionals } = parseArgs({
      args: [...args],
      allowPositionals: true,
      options: {
        out: text,
        id: text,
        sheet: text,
        assets: text,
        layout: { ...text, default: 'affwild2' },
        holdout: { ...text, default: '0' },
        'image-size': { ...text, default: '224' },
        sequences: { ...text, default: '8' },
        frames: { ...text, default: '12' },
        seed: { ...text, default: '0' },
      },
    });
    return { ...values, command: positionals[0], subject: positionals[1] };
  } catch (error) {
    throw usageError(error instanceof Error ? error.message : String(error));
  }
}

function rootOf(out: string | undefined): string {
  if (!out) throw usageError('--out is missing');
  return resolve(out);
}

function sourceOf(layout: string): Source {
  if (layout === 'affwild2' || layout === 'mead') return layout;
  throw usageError(`--layout ${layout} is neither affwild2 nor mead`);
}

function whole(name: string, text: string, least: number): number {
  const value = Number(text);
  if (Number.isInteger(value) && value >= least) return value;
  throw usageError(`--${name} ${text} is no whole number from ${least} up`);
}

function usageError(why: string): AuseqError {
  return new AuseqError('AU_USAGE', { what: 'the dataset command was not understood', why, try: usage });
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
