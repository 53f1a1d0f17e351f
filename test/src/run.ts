import { spawn } from 'node:child_process';
import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

/**
 * The whole test command after set-up: lint (style, dependency direction, cycles), then every compiled test file.
 * Arguments are substrings of test file paths; none = all.
 */
const root = fileURLToPath(new URL('../..', import.meta.url));
const rooms = ['proto', 'configs', 'infra', 'coordinator', 'worker', 'cli', 'test'];

function testFiles(filters: readonly string[]): string[] {
  return rooms
    .flatMap((room) =>
      readdirSync(join(root, room, 'dist'), { recursive: true, encoding: 'utf8' })
        .filter((file) => file.endsWith('.test.js'))
        .map((file) => join(room, 'dist', file)),
    )
    .filter((file) => filters.length === 0 || filters.some((filter) => file.includes(filter)))
    .sort();
}

/** Runs a command in the repository, its output passed through; resolves with the exit code. */
function run(command: string, args: readonly string[]): Promise<number> {
  return new Promise((resolve, reject) => {
    const env = { ...process.env, TF_CPP_MIN_LOG_LEVEL: '2', NODE_ENV: 'test' };
    const child = spawn(command, args, { cwd: root, stdio: 'inherit', env });
    child.on('error', reject);
    child.on('exit', (code) => resolve(code ?? 1));
  });
}

const filters = process.argv.slice(2);
if (filters.length === 0) {
  const lint = await run('npx', ['biome', 'check', '--error-on-warnings', '.']);
  if (lint !== 0) process.exit(lint);
}
const files = testFiles(filters);
if (files.length === 0) {
  process.stderr.write(`no test file matches ${filters.join(', ')}\n`);
  process.exit(2);
}
const unit = files.filter((file) => !file.startsWith('test/'));
const crossing = files.filter((file) => file.startsWith('test/'));
// Cross-process tests start whole clusters: one file at a time, so that their deadlines mean something on two cores.
const ordered: [string[], number][] = [
  [unit, 2],
  [crossing, 1],
];
let worst = 0;
for (const [group, concurrency] of ordered) {
  if (group.length === 0) continue;
  const args = ['--enable-source-maps', '--test', '--test-reporter=spec', '--test-timeout=600000'];
  args.push(`--test-concurrency=${concurrency}`);
  worst = Math.max(worst, await run(process.execPath, [...args, ...group]));
}
process.exit(worst);
