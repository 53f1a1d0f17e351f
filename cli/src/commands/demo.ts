import { mkdir } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { AuseqError, formatError } from '@auseq/proto/errors';
import { Command, Flags } from '@oclif/core';
import { collectResults } from '../demo/collect-results.js';
import { prepareDemo } from '../demo/prepare-demo.js';
import { runAuseq } from '../demo/run-auseq.js';
import { trainDemo } from '../demo/train-demo.js';

/** The whole way from a video to a trained BiViT, as the commands a person would type. */
export default class Demo extends Command {
  static override summary = 'prepare a real face video, train BiViT on it with two workers, and fetch the results';
  static override description =
    'Talks on stderr; the last line on stdout is one JSON object with the run, its held-out landmark errors and where the results lie.';
  static override examples = [
    '<%= config.bin %> demo',
    '<%= config.bin %> demo --out results --set train.max_steps=20',
  ];
  static override flags = {
    out: Flags.string({ default: 'demo-results', description: 'folder for the checkpoint and the pictures' }),
    workers: Flags.integer({ default: 2, min: 1, description: 'workers of the local cluster' }),
    set: Flags.string({ multiple: true, default: [], description: 'override a config value, e.g. train.max_steps=20' }),
  };

  async run(): Promise<void> {
    const { flags } = await this.parse(Demo);
    const interrupt = new AbortController();
    for (const name of ['SIGINT', 'SIGTERM'] as const) process.once(name, () => interrupt.abort());
    const env = { AUSEQ_CLUSTER: `demo-${process.pid}` };
    try {
      const summary = await this.demo(flags, env, interrupt.signal);
      process.stdout.write(`${JSON.stringify(summary)}\n`);
    } catch (error) {
      const coded = AuseqError.from(error);
      process.stderr.write(`${formatError(coded)}\n`);
      process.exitCode = coded.exitCode;
    }
  }

  private async demo(
    flags: { out: string; workers: number; set: string[] },
    env: Record<string, string>,
    signal: AbortSignal,
  ): Promise<object> {
    const inputs = await prepareDemo(env, signal);
    try {
      await runAuseq({ args: ['up', '--workers', String(flags.workers)], env, signal });
      const sets = [`dataset.root=${inputs.data}`, `assets=${inputs.assets}`, ...flags.set];
      const trained = await trainDemo({ sets, env, signal });
      const out = join(resolve(flags.out), trained.run);
      await mkdir(out, { recursive: true });
      return await collectResults({ trained, out, env, signal });
    } finally {
      await runAuseq({ args: ['down', '--purge'], env, signal: new AbortController().signal });
    }
  }
}
