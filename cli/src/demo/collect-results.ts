import { readdir, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { AuseqError } from '@auseq/proto/errors';
import { runAuseq } from './run-auseq.js';
import type { TrainedDemo } from './train-demo.js';

interface CollectCall {
  readonly trained: TrainedDemo;
  readonly out: string;
  readonly env: Readonly<Record<string, string>>;
  readonly signal: AbortSignal;
}

/** Fetches the newest checkpoint and the pictures of the run and sums the demo up in one object. */
export async function collectResults({ trained, out, env, signal }: CollectCall): Promise<object> {
  const { run, validations } = trained;
  const json = async <T>(args: string[]) =>
    JSON.parse(await runAuseq({ args: [...args, '--output', 'json'], env, signal })) as T;
  const checkpoint = join(out, 'checkpoint');
  const images = join(out, 'train_images');
  // What an earlier demo left; `pull` never writes into a folder that holds something.
  for (const folder of [checkpoint, images]) await rm(folder, { recursive: true, force: true });
  await runAuseq({ args: ['checkpoints', 'pull', run, '--latest', '-o', checkpoint], env, signal });
  await runAuseq({ args: ['images', 'pull', run, '-o', images], env, signal });
  const checkpoints = await json<{ step: number; sha256: string; complete: boolean }[]>(['checkpoints', 'list', run]);
  const shown = await json<{ step: number; workers: string[]; sequences_per_second: number }>(['runs', 'show', run]);
  const newest = checkpoints.filter(({ complete }) => complete).sort((a, b) => b.step - a.step)[0];
  const [start, end] = [validations.at(0), validations.at(-1)];
  if (!newest || !start || !end) throw incomplete(run, checkpoints.length, validations.length);
  return {
    run,
    steps: shown.step,
    workers: shown.workers.length,
    landmark_error_zero_expression: end.landmark_error_zero_expression,
    landmark_error_constant_expression: end.landmark_error_constant_expression,
    landmark_error_start: start.landmark_error,
    landmark_error_end: end.landmark_error,
    checkpoint,
    checkpoint_sha256: newest.sha256,
    images: (await readdir(images, { recursive: true }))
      .filter((name) => name.endsWith('.jpg'))
      .sort()
      .map((name) => join(images, name)),
    sequences_per_second: shown.sequences_per_second,
  };
}

function incomplete(run: string, checkpoints: number, validations: number): AuseqError {
  return new AuseqError('AU_CHECKPOINT_NOT_FOUND', {
    what: `the run ${run} left no complete result`,
    why: `${checkpoints} checkpoints and ${validations} validations were found`,
    try: `auseq runs logs ${run}`,
  });
}
