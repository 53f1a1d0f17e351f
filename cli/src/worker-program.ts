import { spawn } from 'node:child_process';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { AuseqError } from '@auseq/proto/errors';
import type { WorkerEvent } from '@auseq/proto/worker-events';
import { catchInterrupt } from './interrupt.js';
import { createProgressView } from './render/progress.js';
import { isLively } from './render/style.js';

/** Executables of the worker room: whatever needs TensorFlow runs there, not in the CLI. */
export type WorkerProgram = 'dataset' | 'assets' | 'checkpoints' | 'infer' | 'numerics';

const programs: Record<WorkerProgram, string> = {
  dataset: fileURLToPath(new URL('../../worker/dist/bin/dataset.js', import.meta.url)),
  assets: fileURLToPath(new URL('../../worker/dist/bin/assets.js', import.meta.url)),
  checkpoints: fileURLToPath(new URL('../../worker/dist/bin/checkpoints.js', import.meta.url)),
  numerics: fileURLToPath(new URL('../../worker/dist/bin/numerics.js', import.meta.url)),
  infer: fileURLToPath(new URL('../../worker/dist/bin/infer.js', import.meta.url)),
};

/** A program that was interrupted removes its half-made output; more than this is a hang. */
const interruptGraceMs = 10_000;

/** Runs a worker executable, shows its progress and warnings on stderr, and returns its result or throws its error. */
export async function runWorkerProgram(program: WorkerProgram, args: readonly string[]): Promise<unknown> {
  const child = spawn(process.execPath, ['--enable-source-maps', programs[program], ...args], {
    stdio: ['ignore', 'pipe', 'pipe'],
    env: { TF_CPP_MIN_LOG_LEVEL: '2', ...process.env },
    // Its own group: a Ctrl-C of the terminal reaches it once, through us.
    detached: true,
  });
  const talk: string[] = [];
  child.stderr.setEncoding('utf8').on('data', (text: string) => {
    talk.push(text);
    if (process.env.DEBUG) process.stderr.write(text);
  });
  let force: NodeJS.Timeout | undefined;
  const interrupt = catchInterrupt(() => {
    child.kill('SIGTERM');
    force = setTimeout(() => child.kill('SIGKILL'), interruptGraceMs);
  });
  const abandon = () => child.kill('SIGKILL');
  process.on('exit', abandon);
  const ended = new Promise<string>((resolve, reject) => {
    child.once('error', reject);
    child.once('close', (code, signal) => resolve(signal ?? `exit code ${code}`));
  });
  try {
    const outcome = await readEvents(createInterface({ input: child.stdout }));
    const how = await ended;
    interrupt.signal.throwIfAborted();
    if (outcome?.event === 'result') return outcome.value;
    throw outcome ? AuseqError.fromJSON(outcome.error) : silentEnd(program, how, talk.join(''));
  } finally {
    clearTimeout(force);
    process.off('exit', abandon);
    interrupt.release();
  }
}

type Outcome = Extract<WorkerEvent, { event: 'result' | 'error' }>;

async function readEvents(lines: AsyncIterable<string>): Promise<Outcome | null> {
  const progress = createProgressView(process.stderr, isLively());
  let outcome: Outcome | null = null;
  for await (const line of lines) {
    const event = parseEvent(line);
    if (event?.event === 'progress') progress.update(event);
    else if (event?.event === 'warning') {
      progress.pause();
      process.stderr.write(`warning: ${event.message}\n`);
    } else if (event) outcome = event;
  }
  progress.pause();
  return outcome;
}

/** Native libraries may print to stdout too: what is no event is dropped. */
function parseEvent(line: string): WorkerEvent | null {
  try {
    const value = JSON.parse(line) as WorkerEvent | null;
    return value && typeof value === 'object' && 'event' in value ? value : null;
  } catch {
    return null;
  }
}

function silentEnd(program: string, how: string, talk: string): AuseqError {
  const missing = talk.includes('ERR_MODULE_NOT_FOUND') || talk.includes('Cannot find module');
  const lines = talk.trimEnd().split('\n');
  const last = (lines.findLast((line) => /^\w*Error\b.*:/.test(line)) ?? lines.at(-1) ?? '').slice(0, 400);
  return new AuseqError(missing ? 'AU_SETUP' : 'AU_UNEXPECTED', {
    what: `the ${program} program ended without a result (${how})`,
    why: last || 'it said nothing',
    try: missing ? 'npm run setup' : 'run again with DEBUG=* to see everything it says',
  });
}
