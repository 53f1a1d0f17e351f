import path from 'node:path';
import { cloneLock, root } from './clone.mjs';
import { withLock } from './lock.mjs';
import { lastLines, runCommand } from './run-command.mjs';
import { SetupError } from './setup-error.mjs';

/** Compiles what changed since the last time. */
export async function build() {
  await withLock(cloneLock, async () => {
    const tsc = path.join(root, 'node_modules', 'typescript', 'bin', 'tsc');
    for (const args of [[tsc, '-b'], ['worker/assembly/build.mjs']]) {
      const { code, output } = await runCommand(process.execPath, args, { cwd: root });
      if (code !== 0)
        throw new SetupError(
          'the sources do not compile',
          lastLines(output, 20),
          'mend the first error, then: npm run build',
        );
    }
  });
}
