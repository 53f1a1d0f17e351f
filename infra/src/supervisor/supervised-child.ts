import { type ChildProcess, spawn } from 'node:child_process';
import { closeSync, existsSync, openSync, renameSync, statSync } from 'node:fs';
import { join } from 'node:path';
import type { ChildRecord, ChildRole, ChildState } from './cluster-file.js';
import { identify, type ProcessIdentity, signalProcess, tokenVariable } from './process-identity.js';
import { type Probe, waitReady } from './readiness.js';
import { decideRestart } from './restart-policy.js';

export interface ChildSpec {
  role: ChildRole;
  name: string;
  command: string;
  args: readonly string[];
  env?: Record<string, string>;
  address: string;
  probe: Probe;
  /** `pipe` gives the child an input that closes when the supervisor dies. */
  stdin?: 'ignore' | 'pipe';
}

export interface ChildHost {
  token: string;
  logs: string;
  /** After every change of state. */
  onChange: () => void;
  log: (fields: Record<string, unknown>) => void;
}

const logLimitBytes = 10 * 1024 * 1024;

/** One process that is started again, with backoff, whenever it ends without being asked to. */
export class SupervisedChild {
  private state: ChildState = 'starting';
  private process: ChildProcess | null = null;
  private identity: ProcessIdentity | null = null;
  private restarts = 0;
  private failures = 0;
  private startedAt = 0;
  private timer: NodeJS.Timeout | null = null;
  private life = new AbortController();
  readonly logFile: string;

  constructor(
    readonly spec: ChildSpec,
    private readonly host: ChildHost,
  ) {
    this.logFile = join(host.logs, `${spec.name}.log`);
  }

  /** Starts the process; it counts as running once its probe succeeds. */
  start(): void {
    this.life = new AbortController();
    this.startedAt = performance.now();
    const log = openLog(this.logFile);
    const child = spawn(this.spec.command, this.spec.args, {
      env: { ...process.env, ...this.spec.env, [tokenVariable]: this.host.token },
      stdio: [this.spec.stdin ?? 'ignore', log, log],
    });
    closeSync(log);
    this.process = child;
    this.identity = child.pid === undefined ? null : identify(child.pid);
    const life = this.life;
    let ended = false;
    const onEnd = (how: string) => {
      if (ended) return;
      ended = true;
      this.onEnd(how);
    };
    child.once('error', (error) => onEnd(error.message));
    child.once('exit', (code, signal) => onEnd(signal ?? `exit code ${code}`));
    child.stdin?.on('error', () => {}); // the child may end first
    this.become('starting');
    waitReady(this.spec.probe, life.signal).then(
      () => this.state === 'starting' && this.become('running'),
      () => {},
    );
  }

  /** Resolves when the process serves; rejects when its first life ends before, or with the signal. */
  async serves(signal: AbortSignal): Promise<void> {
    const { signal: life } = this.life;
    await waitReady(this.spec.probe, AbortSignal.any([signal, life]));
  }

  /** Asks the process to end, forces it after `graceMs` or at once when `force` fires, and resolves when it has ended. */
  async stop(graceMs: number, force: AbortSignal | null): Promise<void> {
    if (this.timer) clearTimeout(this.timer);
    const child = this.process;
    if (!child) {
      this.become('stopped');
      return;
    }
    const end = new Promise<void>((resolve) => child.once('exit', () => resolve()));
    this.become('stopping');
    if (this.identity) signalProcess(this.identity, 'SIGTERM');
    const kill = () => child.kill('SIGKILL');
    const timer = setTimeout(kill, force?.aborted ? 0 : graceMs);
    force?.addEventListener('abort', kill, { once: true });
    await end;
    clearTimeout(timer);
    force?.removeEventListener('abort', kill);
  }

  record(): ChildRecord {
    const { role, name, address } = this.spec;
    return {
      role,
      name,
      state: this.state,
      address,
      restarts: this.restarts,
      process: this.identity,
      log: this.logFile,
    };
  }

  private become(state: ChildState): void {
    this.state = state;
    this.host.onChange();
  }

  private onEnd(how: string): void {
    this.life.abort(new Error(`${this.spec.name} ended: ${how}`));
    this.process = null;
    this.identity = null;
    if (this.state === 'stopping' || this.state === 'stopped') {
      this.become('stopped');
      return;
    }
    const decision = decideRestart(this.failures, this.startedAt, performance.now());
    this.failures = decision.failures;
    this.host.log({ child: this.spec.name, how, restartInMs: decision.delayMs, reason: decision.reason });
    this.become('backoff');
    this.timer = setTimeout(() => {
      this.restarts++;
      this.start();
    }, decision.delayMs);
  }
}

/** Appends, so that the log of the life before a crash stays readable; one older file is kept. */
function openLog(file: string): number {
  if (existsSync(file) && statSync(file).size > logLimitBytes) renameSync(file, `${file}.1`);
  return openSync(file, 'a');
}
