import { type DemoValidation, readDemoEvent } from './demo-events.js';
import { runAuseq } from './run-auseq.js';

export interface TrainedDemo {
  readonly run: string;
  readonly validations: readonly DemoValidation[];
}

interface TrainCall {
  readonly sets: readonly string[];
  readonly env: Readonly<Record<string, string>>;
  readonly signal: AbortSignal;
}

/** Submits configs/demo.yml, follows it to its end and gathers the held-out errors from its events. */
export async function trainDemo({ sets, env, signal }: TrainCall): Promise<TrainedDemo> {
  const run = 'demo';
  const flags = sets.flatMap((set) => ['--set', set]);
  await runAuseq({ args: ['runs', 'submit', 'configs/demo.yml', ...flags, '--name', run], env, signal });
  const shown = await runAuseq({ args: ['runs', 'show', run, '--output', 'json'], env, signal });
  const { max_steps } = JSON.parse(shown) as { max_steps: number };
  const validations: DemoValidation[] = [];
  await runAuseq({
    args: ['runs', 'watch', run, '--output', 'json'],
    env,
    signal,
    onLine(line) {
      const progress = readDemoEvent(line, max_steps);
      validations.push(...progress.validations);
      if (progress.line) process.stderr.write(`${progress.line}\n`);
    },
  });
  return { run, validations };
}
