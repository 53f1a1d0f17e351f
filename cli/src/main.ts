import { run, settings } from '@oclif/core';
import { reportError } from './report-error.js';

/** Runs one command line; the only place that ends the process, so that every failure has its code. */
export async function main(argv: string[], root: URL): Promise<void> {
  // Only built code is run, also where tests set NODE_ENV.
  settings.enableAutoTranspile = false;
  process.stdout.on('error', (error: NodeJS.ErrnoException) => {
    if (error.code === 'EPIPE') process.exit(0); // `auseq ... | head` has seen enough
    throw error;
  });
  try {
    await run(argv, root.href);
  } catch (error) {
    process.exitCode = reportError(error, argv);
  }
  // A pipe whose reader is slow has not taken everything yet; to exit now would cut the result.
  await new Promise((resolve) => process.stdout.write('', resolve));
  process.exit();
}
