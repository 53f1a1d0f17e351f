import { mkdir, readFile, rename, rm } from 'node:fs/promises';
import { basename, join, resolve } from 'node:path';
import { AuseqError } from '@auseq/proto/errors';
import type { Checkpoint } from '@auseq/proto/gen/auseq/v1/auseq';
import type { CoordinatorClient } from './client.js';
import { pullObject } from './pull-object.js';

interface Part {
  key: string;
  sha256: string;
  bytes: number;
}

export interface PulledCheckpoint {
  run: string;
  step: number;
  /** Digest of the training state, as in the manifest. */
  sha256: string;
  bytes: number;
  files: string[];
}

/** The whole checkpoint of `step`, or the newest whole one. Throws AU_CHECKPOINT_NOT_FOUND. */
export function chooseCheckpoint(
  run: string,
  checkpoints: readonly Checkpoint[],
  step: number | undefined,
): Checkpoint {
  const whole = checkpoints.filter(({ complete }) => complete);
  const chosen = whole.filter((each) => step === undefined || each.step === step).sort((a, b) => b.step - a.step)[0];
  if (chosen) return chosen;
  const steps = whole.map((each) => each.step).join(', ');
  throw new AuseqError('AU_CHECKPOINT_NOT_FOUND', {
    what:
      step === undefined ? `run ${run} has no whole checkpoint` : `run ${run} has no whole checkpoint of step ${step}`,
    why: steps ? `there are those of step ${steps}` : 'none was written yet',
    try: `auseq checkpoints list ${run}`,
    where: run,
  });
}

/**
 * Fetches manifest and parts into `out`, which appears only when every part has the size and hash of the manifest.
 * Throws AU_CHECKPOINT_CORRUPT.
 */
export async function pullCheckpoint(
  client: CoordinatorClient,
  run: string,
  checkpoint: Checkpoint,
  out: string,
  signal: AbortSignal,
  onProgress: (done: number, total: number) => void,
): Promise<PulledCheckpoint> {
  const folder = resolve(out);
  const temporary = `${folder}.${process.pid}.part`;
  await mkdir(temporary, { recursive: true });
  try {
    const manifestFile = join(temporary, 'manifest.json');
    await pullObject(client, { run, key: checkpoint.key }, manifestFile, signal);
    const { parts, sha256, step } = parseManifest(run, checkpoint, await readFile(manifestFile, 'utf8'));
    const total = parts.reduce((sum, part) => sum + part.bytes, 0);
    let done = 0;
    for (const part of parts) {
      const pulled = await pullObject(
        client,
        { run, key: part.key },
        join(temporary, basename(part.key)),
        signal,
        (count) => {
          done += count;
          onProgress(done, total);
        },
      );
      if (pulled.sha256 !== part.sha256 || pulled.bytes !== part.bytes) throw corrupt(run, step, part, pulled.bytes);
    }
    await rename(temporary, folder);
    return {
      run,
      step,
      sha256,
      bytes: total,
      files: ['manifest.json', ...parts.map(({ key }) => basename(key))].map((file) => join(folder, file)),
    };
  } finally {
    await rm(temporary, { recursive: true, force: true });
  }
}

function parseManifest(run: string, { key, step }: Checkpoint, text: string) {
  try {
    const manifest = JSON.parse(text) as { parts: Part[]; sha256: string; step: number };
    const isPart = (part: Part | null) => typeof part?.key === 'string' && Number.isSafeInteger(part.bytes);
    if (!manifest.parts.every(isPart)) throw new Error('a part has no key or no size');
    return manifest;
  } catch (cause) {
    throw new AuseqError('AU_CHECKPOINT_CORRUPT', {
      what: `the manifest ${key} cannot be read`,
      why: cause instanceof Error ? cause.message : String(cause),
      try: `another step: auseq checkpoints list ${run}`,
      where: `${run} step ${step}`,
      cause,
    });
  }
}

function corrupt(run: string, step: number, part: Part, bytes: number): AuseqError {
  return new AuseqError('AU_CHECKPOINT_CORRUPT', {
    what: `${part.key} is not what its manifest says`,
    why: bytes === part.bytes ? 'its sha256 differs' : `it has ${bytes} bytes instead of ${part.bytes}`,
    try: `another step: auseq checkpoints list ${run}`,
    where: `${run} step ${step}`,
  });
}
