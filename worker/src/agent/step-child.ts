import { type ChildProcess, fork } from 'node:child_process';
import { runConfig } from '@auseq/configs/schema';
import { stepEnvironment } from '@auseq/infra/runtime/step-environment';
import { AuseqError, type SerialisedError } from '@auseq/proto/errors';
import type { Assignment } from '@auseq/proto/gen/auseq/v1/auseq';
import { type FromStep, isTerminal, type ToStep } from '../step/step-messages.js';
import { clearSharedMemoryOf } from '../sync/shared-memory.js';

export interface StepChildOptions {
  readonly executable: string;
  readonly worker: string;
  readonly device: 'cpu' | 'cuda';
  readonly natsUrl: string;
  readonly storeUrl: string;
  readonly onReport: (report: FromStep) => void;
  /** After the process has ended and its last report was passed on. */
  readonly onEnd: () => void;
}

/** A process that is told to leave and has not after this is killed. */
const leaveWithinMs = 1_500;

/** The one step process of an assignment; it never outlives its agent. */
export class StepChild {
  private readonly process: ChildProcess;
  private last: FromStep | null = null;
  private leaving = false;

  constructor(
    readonly assignment: Assignment,
    private readonly options: StepChildOptions,
  ) {
    const { runtime } = runConfig.parse(JSON.parse(assignment.configJson));
    this.process = fork(options.executable, [], {
      env: { ...process.env, ...stepEnvironment({ ...runtime, device: options.device }) },
      execArgv: ['--enable-source-maps'],
      stdio: ['ignore', 'inherit', 'inherit', 'ipc'],
      serialization: 'advanced',
    });
    this.process.on('message', (report: FromStep) => this.onReport(report));
    this.process.once('exit', (code, signal) => this.onExit(signal ?? `exit code ${code}`));
    this.process.once('error', (error) => this.onExit(error.message));
    const { worker, natsUrl, storeUrl, device } = options;
    this.send({ type: 'assign', assignment, worker, natsUrl, storeUrl, device });
  }

  get pid(): number | undefined {
    return this.process.pid;
  }

  get report(): FromStep {
    return this.last ?? { type: 'report', state: 'starting', step: 0 };
  }

  /** Its proof was compared: it may take part. */
  proved(): void {
    this.send({ type: 'proved' });
  }

  drain(): void {
    this.send({ type: 'drain' });
  }

  /** Ends the process: it may close its logs, then it is killed. Nothing is reported any more. */
  leave(): void {
    if (this.leaving) return;
    this.leaving = true;
    this.send({ type: 'leave' });
    const timer = setTimeout(() => this.kill(), leaveWithinMs);
    this.process.once('exit', () => clearTimeout(timer));
  }

  kill(): void {
    this.process.kill('SIGKILL');
  }

  private send(message: ToStep): void {
    if (this.process.connected) this.process.send(message, () => {}); // a process that has just ended cannot hear
  }

  private onReport(report: FromStep): void {
    if (this.leaving) return;
    this.last = report;
    this.options.onReport(report);
  }

  private onExit(how: string): void {
    if (this.ended) return;
    this.ended = true;
    if (this.process.pid) clearSharedMemoryOf(this.process.pid); // killed, it could not
    if (!this.leaving && !(this.last && isTerminal(this.last.state))) {
      this.onReport({
        type: 'report',
        state: 'failed',
        step: this.last?.step ?? 0,
        error: stepEnded(this.options.worker, how),
      });
    }
    this.options.onEnd();
  }

  private ended = false;
}

function stepEnded(worker: string, how: string): SerialisedError {
  return new AuseqError('AU_WORKER_LOST', {
    what: `the step process of ${worker} ended`,
    why: how,
    try: `auseq runs logs RUN --worker ${worker}`,
  }).toJSON();
}
