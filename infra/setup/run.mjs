// node infra/setup/run.mjs demo|test|bench|bench:chaos [arguments]: sets the clone up, then hands over. stdout is the child's alone.
import { spawn } from 'node:child_process';
import os from 'node:os';
import { endOnSignals } from './clean-exit.mjs';
import { root } from './clone.mjs';
import { install } from './install.mjs';
import { canHaveMinio } from './minio.mjs';
import { say } from './progress.mjs';
import { reportFailure } from './setup-error.mjs';

const entries = {
  demo: ['cli/bin/auseq.js', 'demo'],
  test: ['test/dist/run.js'],
  bench: ['test/dist/bench/run.js'],
  'bench:chaos': ['test/dist/bench/chaos/run.js'],
};

const [name, ...given] = process.argv.slice(2);
const entry = entries[name];
if (!entry) {
  const names = Object.keys(entries).join(', ');
  process.stderr.write(`${name ?? 'nothing'} cannot be run\nrun.mjs knows ${names}\ntry: npm run demo\nAU_USAGE\n`);
  process.exit(2);
}

const stopEnding = endOnSignals();
try {
  const minio = name === 'test' && canHaveMinio();
  if (name === 'test' && !minio) say('neither minio nor go is on PATH: the tests against MinIO will be left out');
  await install({ minio });
  stopEnding();
  process.exitCode = await handOver([...entry, ...given]);
} catch (error) {
  process.exitCode = reportFailure(error);
}

/** At a terminal Ctrl-C reaches the child by itself: a second one from here would read as impatience. */
function handOver(args) {
  const child = spawn(process.execPath, ['--enable-source-maps', ...args], { cwd: root, stdio: 'inherit' });
  const atTerminal = process.stdin.isTTY || process.stdout.isTTY || process.stderr.isTTY;
  process.on('SIGINT', () => atTerminal || child.kill('SIGINT'));
  for (const signal of ['SIGTERM', 'SIGHUP']) process.on(signal, () => child.kill(signal));
  return new Promise((resolve, reject) => {
    child.once('error', reject);
    child.once('exit', (code, signal) => resolve(code ?? 128 + os.constants.signals[signal]));
  });
}
