import { spawn } from 'node:child_process';
import { atExit } from './clean-exit.mjs';

/**
 * Runs a program to its end and returns {code, stdout, output}; its words are kept, not shown.
 * `code` is null when it could not be started or was killed.
 */
export function runCommand(command, args, { cwd, env, timeoutMs = 3_600_000 } = {}) {
  return new Promise((resolve) => {
    const child = spawn(command, args, { cwd, env: { ...process.env, ...env }, stdio: ['ignore', 'pipe', 'pipe'] });
    const forget = atExit(() => child.kill('SIGKILL'));
    const timer = setTimeout(() => child.kill('SIGKILL'), timeoutMs);
    let stdout = '';
    let output = '';
    child.stdout.on('data', (data) => {
      stdout += data;
      output += data;
    });
    child.stderr.on('data', (data) => {
      output += data;
    });
    const end = (code, more = '') => {
      clearTimeout(timer);
      forget();
      resolve({ code, stdout, output: output + more });
    };
    child.once('error', (error) => end(null, error.message));
    child.once('close', (code, signal) => end(code, signal ? `\nended by ${signal}` : ''));
  });
}

/** The end of what a program said, for the "why" of an error. */
export function lastLines(output, count = 6) {
  const lines = output.split(/[\r\n]+/).map((line) => line.trimEnd());
  return (
    lines
      .filter((line) => line !== '')
      .slice(-count)
      .join('\n') || 'it said nothing'
  );
}
