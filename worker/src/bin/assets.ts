#!/usr/bin/env node
import { resolve } from 'node:path';
import { parseArgs } from 'node:util';
import { AuseqError } from '@auseq/proto/errors';
import type { WorkerEvent } from '@auseq/proto/worker-events';
import { importAssets } from '../assets/import/import-assets.js';
import { type LegacyRole, legacyFileKinds } from '../assets/import/legacy-file-names.js';
import { readLegacyFile } from '../assets/import/read-legacy-file.js';
import { assetsStatus } from '../assets/status.js';
import { resNetShapes } from '../model/networks/resnet-shape.js';
import { describeModelTar } from '../results/describe-model-tar.js';

const usage =
  'assets synth --out DIR [--preset legacy|tiny] [--seed N] [--dataset ROOT] | assets status --dir DIR | ' +
  'assets import --from DIR --out DIR [--file ROLE=PATH ...]';

const emit = (event: WorkerEvent): void => {
  process.stdout.write(`${JSON.stringify(event)}\n`);
};

async function main(args: readonly string[], signal: AbortSignal): Promise<void> {
  const options = parse(args);
  if (options.command === 'status') {
    if (!options.dir) throw usageError('--dir is missing');
    emit({ event: 'result', value: await assetsStatus(resolve(options.dir)) });
    return;
  }
  if (options.command === 'import') return importLegacy(options, signal);
  if (options.command !== 'synth') throw usageError(`"${options.command ?? ''}" is no command`);
  if (!options.out) throw usageError('--out is missing');
  const preset = presetOf(options.preset);
  const seed = Number(options.seed);
  if (!Number.isInteger(seed)) throw usageError(`--seed ${options.seed} is no whole number`);
  // Loaded here, so that `status` works without the TensorFlow runtime (which also reads --dir as its own flag).
  const { datasetCalibrationImages } = await import('../assets/calibration-images.js');
  const { synthesizeAssets } = await import('../assets/synthesize.js');
  const calibrationImages = options.dataset
    ? await datasetCalibrationImages(resolve(options.dataset), resNetShapes[preset].image)
    : undefined;
  const manifest = await synthesizeAssets({
    out: options.out,
    preset,
    seed,
    calibrationImages,
    onProgress: (phase, done, total) => emit({ event: 'progress', phase, done, total }),
    signal,
  });
  emit({ event: 'result', value: { dir: resolve(options.out), ...manifest } });
}

async function importLegacy({ from, out, file }: ReturnType<typeof parse>, signal: AbortSignal): Promise<void> {
  if (!from) throw usageError('--from is missing');
  if (!out) throw usageError('--out is missing');
  const value = await importAssets({
    from: resolve(from),
    out: resolve(out),
    given: givenFiles(file ?? []),
    onProgress: (phase, done, total) => emit({ event: 'progress', phase, done, total }),
    signal,
  });
  const path = value.files.find(({ file }) => file === 'model.tar')?.path;
  const modelTar = path ? describeModelTar((await readLegacyFile(path)).data, path) : null;
  emit({ event: 'result', value: { dir: resolve(out), ...value, modelTar } });
}

function givenFiles(files: readonly string[]): Map<LegacyRole, string> {
  return new Map(
    files.map((text) => {
      const role = legacyFileKinds.find((kind) => text.startsWith(`${kind.role}=`))?.role;
      const roles = legacyFileKinds.map((kind) => kind.role).join(', ');
      if (!role) throw usageError(`--file ${text} is not ROLE=PATH; the roles are ${roles}`);
      return [role, resolve(text.slice(role.length + 1))] as const;
    }),
  );
}

function parse(args: readonly string[]) {
  try {
    const { values, positionals } = parseArgs({
      args: [...args],
      allowPositionals: true,
      options: {
        out: { type: 'string' },
        dir: { type: 'string' },
        from: { type: 'string' },
        file: { type: 'string', multiple: true },
        preset: { type: 'string', default: 'legacy' },
        seed: { type: 'string', default: '0' },
        dataset: { type: 'string' },
      },
    });
    return { ...values, command: positionals[0] };
  } catch (error) {
    throw usageError(error instanceof Error ? error.message : String(error));
  }
}

function presetOf(name: string): 'legacy' | 'tiny' {
  if (name === 'legacy' || name === 'tiny') return name;
  throw usageError(`--preset ${name} is neither legacy nor tiny`);
}

function usageError(why: string): AuseqError {
  return new AuseqError('AU_USAGE', { what: 'the assets command was not understood', why, try: usage });
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
