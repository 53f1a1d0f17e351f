import { spawn } from 'node:child_process';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { AuseqError } from '@auseq/proto/errors';

const executable = fileURLToPath(new URL('../../bin/auseq.js', import.meta.url));

export interface AuseqCall {
  readonly args: readonly string[];
  readonly env: Readonly<Record<string, string>>;
  readonly signal: AbortSignal;
  /** Called with every line of stdout as it comes. */
  readonly onLine?: (line: string) => void;
}

/** Runs one auseq command as a person would type it, shows it on stderr, and returns its stdout; a failure keeps its code and words. */
export function runAuseq({ args, env, signal, onLine }: AuseqCall): Promise<string> {
  process.stderr.write(`\n$ auseq ${args.join(' ')}\n`);
  return new Promise((resolve, reject) => {
    const child = spawn(process.execPath, [executable, ...args], {
      env: { ...process.env, ...env },
      stdio: ['ignore', 'pipe', 'inherit'],
    });
    const lines: string[] = [];
    const onAbort = () => child.kill('SIGINT');
    signal.addEventListener('abort', onAbort, { once: true });
    createInterface({ input: child.stdout }).on('line', (line) => {
      lines.push(line);
      onLine?.(line);
    });
    child.on('error', reject);
    child.on('close', (code) => {
      signal.removeEventListener('abort', onAbort);
      if (signal.aborted) reject(interrupted());
      else if (code === 0) resolve(lines.join('\n'));
      else reject(failed(args, code));
    });
  });
}

function failed(args: readonly string[], code: number | null): AuseqError {
  return new AuseqError('AU_UNEXPECTED', {
    what: `the demo stopped at: auseq ${args.join(' ')}`,
    why: `that command ended with exit code ${code}; its own words stand above`,
    try: 'auseq doctor, then npm run demo again: what is already prepared is kept',
  });
}

function interrupted(): AuseqError {
  return new AuseqError('AU_INTERRUPTED', {
    what: 'the demo was interrupted',
    why: 'SIGINT or SIGTERM arrived',
    try: 'npm run demo again: what is already prepared is kept',
  });
}
