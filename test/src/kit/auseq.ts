import { spawn } from 'node:child_process';
import { fileURLToPath } from 'node:url';

const executable = fileURLToPath(new URL('../../../cli/bin/auseq.js', import.meta.url));

export interface Finished {
  readonly code: number;
  readonly stdout: string;
  readonly stderr: string;
}

/** Runs the real CLI to its end; a deadline turns a hang into a failure that shows what was printed. */
export function auseq(args: readonly string[], env: Record<string, string>, deadlineMs = 120_000): Promise<Finished> {
  return new Promise((resolve, reject) => {
    const child = spawn(process.execPath, [executable, ...args], {
      env: { ...process.env, NO_COLOR: '1', ...env },
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    let stdout = '';
    let stderr = '';
    child.stdout.setEncoding('utf8').on('data', (text: string) => {
      stdout += text;
    });
    child.stderr.setEncoding('utf8').on('data', (text: string) => {
      stderr += text;
    });
    const timer = setTimeout(() => {
      child.kill('SIGKILL');
      reject(new Error(`auseq ${args.join(' ')} still ran after ${deadlineMs} ms\n${stdout}\n${stderr}`));
    }, deadlineMs);
    child.on('error', reject);
    child.on('close', (code) => {
      clearTimeout(timer);
      resolve({ code: code ?? 1, stdout, stderr });
    });
  });
}

/** Runs the CLI with `--output json`, expects success and returns what it printed. */
export async function auseqJson<T>(
  args: readonly string[],
  env: Record<string, string>,
  deadlineMs?: number,
): Promise<T> {
  const finished = await auseq([...args, '--output', 'json'], env, deadlineMs);
  if (finished.code !== 0) {
    throw new Error(`auseq ${args.join(' ')} ended with ${finished.code}\n${finished.stdout}\n${finished.stderr}`);
  }
  return JSON.parse(finished.stdout) as T;
}
