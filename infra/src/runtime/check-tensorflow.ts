import { fileURLToPath } from 'node:url';
import { askProgram, lastLine } from './ask-program.js';
import type { Check } from './check.js';
import { pinned } from './pinned-versions.js';
import { bindingPath, tensorflowRuntime } from './tensorflow-runtime.js';

const loadLimitMs = 60_000;

export function tensorflowCheck(): Check {
  const name = 'tensorflow';
  const runtime = tensorflowRuntime();
  if (!runtime) return { name, state: 'fail', measured: `nothing ready behind ${bindingPath()}`, fix: 'npm run setup' };
  const measured = `${runtime.version} (${runtime.device}) in ${runtime.path}`;
  if (runtime.version === pinned.tensorflow) return { name, state: 'pass', measured };
  return { name, state: 'warn', measured: `${measured}, not ${pinned.tensorflow}`, fix: 'npm run setup' };
}

/** One product in a process of its own, as setup makes it. */
export async function tensorflowComputes(): Promise<Check> {
  const name = 'tensorflow computes';
  const script = fileURLToPath(new URL('../../setup/tiny-op.mjs', import.meta.url));
  const answer = await askProgram(process.execPath, [script], loadLimitMs, { TF_CPP_MIN_LOG_LEVEL: '2' });
  if (answer.code !== 0) return { name, state: 'fail', measured: lastLine(answer.stderr), fix: 'npm run setup' };
  const { version, ms, right } = JSON.parse(answer.stdout) as { version: string; ms: number; right: boolean };
  if (right) return { name, state: 'pass', measured: `library ${version}, loaded and one product right in ${ms} ms` };
  return {
    name,
    state: 'fail',
    measured: 'the product of two matrices is wrong',
    fix: 'remove the cache and run npm run setup',
  };
}
