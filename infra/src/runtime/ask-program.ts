import { execFile } from 'node:child_process';

export interface Answer {
  /** null: it could not be started, was killed, or ran past the limit. */
  code: number | null;
  stdout: string;
  stderr: string;
}

/** Runs a program to its end, at most `timeoutMs`, and returns what it said; never throws. */
export function askProgram(
  command: string,
  args: readonly string[],
  timeoutMs = 10_000,
  env?: Record<string, string>,
): Promise<Answer> {
  return new Promise((resolve) => {
    const options = { timeout: timeoutMs, killSignal: 'SIGKILL' as const, env: { ...process.env, ...env } };
    execFile(command, args, options, (error, stdout, stderr) => {
      const code = error === null ? 0 : typeof error.code === 'number' ? error.code : null;
      resolve({ code, stdout, stderr: stderr || (error?.message ?? '') });
    });
  });
}

export function firstLine(text: string): string {
  return text.trim().split('\n')[0] ?? '';
}

export function lastLine(text: string): string {
  return text.trim().split('\n').at(-1) ?? '';
}
