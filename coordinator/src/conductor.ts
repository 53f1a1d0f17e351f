import type { createLogger } from '@auseq/infra/logging/logger';
import { AuseqError, type SerialisedError } from '@auseq/proto/errors';
import type { AssignmentReport, Run } from '@auseq/proto/gen/auseq/v1/auseq';
import type { Heartbeat } from '@auseq/proto/heartbeat-rules';
import type { CommitNotice } from '@auseq/proto/run-records';
import { LiveGeneration } from './generation.js';
import { damagedBase, decideDamage } from './runs/decide-damage.js';
import { decideLoss } from './runs/decide-loss.js';
import { decideReport } from './runs/decide-report.js';
import type { Placement } from './runs/place-run.js';
import { orderQueue, planStart } from './runs/plan-start.js';
import type { RunBook } from './runs/run-book.js';
import { type RunRecord, viewRun } from './runs/run-record.js';
import { hasEnded } from './runs/run-states.js';
import type { AttachedWorker, WorkerTable } from './workers/worker-table.js';

export interface ConductorParts {
  readonly book: RunBook;
  readonly workers: WorkerTable;
  readonly placement: Placement;
  readonly logger: ReturnType<typeof createLogger>;
}

/** Reacts to workers, people and time; one thing after the other, so that each decision sees the outcome of the last. */
export class Conductor {
  private readonly live = new Map<string, LiveGeneration>();
  private tail: Promise<unknown> = Promise.resolve();
  private closed = false;

  constructor(private readonly parts: ConductorParts) {
    for (const { name, state, generation, members } of parts.book.all()) {
      if (!hasEnded(state) && members.length > 0) {
        this.live.set(name, new LiveGeneration(generation, members, performance.now(), true));
      }
    }
  }

  /** Runs `work` after everything that was asked before; never again once closed. */
  inTurn<T>(work: () => Promise<T>): Promise<T> {
    const result = this.tail.then(() => (this.closed ? new Promise<T>(() => {}) : work()));
    this.tail = result.catch(() => {});
    return result;
  }

  /** From here on nothing is decided: streams that end now end because this process does. */
  close(): void {
    this.closed = true;
  }

  view(name: string): Run {
    return viewRun(this.record(name), this.parts.book.rate(name));
  }

  /** Throws AU_RUN_NOT_FOUND. */
  record(name: string): RunRecord {
    const record = this.parts.book.get(name);
    if (record) return record;
    throw new AuseqError('AU_RUN_NOT_FOUND', {
      what: `there is no run ${name}`,
      why: `this cluster knows ${this.parts.book.all().length} runs`,
      try: 'auseq runs list',
    });
  }

  /** To be called whenever something may have become possible: starts what can start, in queue order. */
  async place(): Promise<void> {
    const { book, workers, placement } = this.parts;
    for (const record of orderQueue(book.all())) {
      const settling = workers.settling((run) => hasEnded(book.get(run)?.state ?? 'failed'));
      const plan = planStart(
        record,
        { idle: workers.idle(), settling, attached: workers.attached().length },
        Date.now(),
      );
      if (!plan.start) {
        if (plan.reason !== null && record.state === 'queued') await book.change(record.name, { reason: plan.reason });
        if (plan.blocks) return;
        continue;
      }
      const started = await placement.begin(record, plan.members, plan.reason);
      if (!started) return; // the store is away: tried again at the next tick
      this.live.set(record.name, new LiveGeneration(started.generation, plan.members, performance.now(), false));
      placement.assign(started);
    }
  }

  /** Stops a run where it stands: at the next step border with a checkpoint once it steps, else at once. */
  async stop(name: string): Promise<void> {
    const { book, placement } = this.parts;
    const record = this.record(name);
    if (record.state === 'stopping') return;
    if (hasEnded(record.state)) {
      throw new AuseqError('AU_RUN_STATE', {
        what: `run ${name} cannot be stopped`,
        why: `it is ${record.state} already`,
        try: `auseq runs show ${name}`,
        where: name,
      });
    }
    if (record.state === 'running') {
      await book.change(name, { state: 'stopping', reason: 'stops after the step in work, with a checkpoint' });
      placement.cancel(record, 'a person asked to stop', true);
      return;
    }
    const when = record.state === 'queued' ? 'before it started' : `while generation ${record.generation} was starting`;
    await book.change(name, { state: 'stopped', reason: `stopped on request ${when}`, members: [] });
    placement.cancel(record, 'a person asked to stop', false);
    this.live.delete(name);
  }

  async onReport(worker: AttachedWorker, sent: AssignmentReport): Promise<void> {
    const { book, placement } = this.parts;
    const name = worker.hello.worker;
    if (sent.run === '') return this.onIdle(worker, sent.state);
    worker.state = worker.state === 'draining' ? 'draining' : 'busy';
    worker.run = sent.run;
    const record = book.get(sent.run);
    const error = sent.errorJson ? (JSON.parse(sent.errorJson) as SerialisedError) : null;
    const decision = decideReport(record, { ...sent, worker: name, error });
    if (decision.kind === 'stale' || !record) {
      const { run, generation } = sent;
      const reason = decision.kind === 'stale' ? decision.reason : '';
      return worker.send({ $case: 'cancel', cancel: { run, generation, reason, checkpoint: false } });
    }
    const live = this.live.get(sent.run);
    live?.attached(name);
    if (sent.state === 'finished' || sent.state === 'stopped') live?.finish(name);
    if (decision.kind === 'lost') return this.endGeneration(record, decision.error);
    if (decision.kind === 'drained') return this.endGeneration(record, drained(record, decision.step));
    if (decision.kind === 'change') {
      const changed = await book.change(record.name, decision.change);
      if (hasEnded(changed.state)) await this.onEnd(changed);
    }
    const stillSteps = !['finished', 'stopped'].includes(sent.state);
    if (record.state === 'stopping' && stillSteps) placement.cancel(record, 'a person asked to stop', true);
  }

  onDraining(worker: AttachedWorker): void {
    worker.state = 'draining';
  }

  /** A worker's stream has ended: its step process ends with it. */
  async onDetach(stream: number, why: string): Promise<void> {
    const worker = this.parts.workers.lose(stream);
    if (!worker) return;
    this.parts.logger.warn({ worker: worker.hello.worker, why }, 'worker lost');
    await this.onWorkerGone(worker.hello.worker, why);
  }

  onHeartbeat(run: string, generation: number, beat: Heartbeat): void {
    const live = this.live.get(run);
    if (live?.generation === generation) live.hear(beat, performance.now());
  }

  onCommit(run: string, generation: number, notice: CommitNotice): void {
    if (notice.mismatch || this.parts.book.get(run)?.generation !== generation) return;
    this.parts.book.noteCommit(run, notice);
  }

  /** A whole checkpoint was stored: what was lost before it does not count any more. */
  async onCheckpoint(run: string, key: string, sha256: string): Promise<void> {
    const record = this.parts.book.get(run);
    if (!record) return;
    const damaged = record.damaged.filter((each) => each !== key);
    await this.parts.book.change(run, { latestCheckpoint: key, stateDigest: sha256, restarts: 0, damaged });
  }

  /** Nobody could be heard for a while, by our own fault or that of NATS. */
  excuseAll(): void {
    for (const live of this.live.values()) live.excuse(performance.now());
  }

  async checkLives(): Promise<void> {
    for (const [name, live] of this.live) {
      const reason = live.lost(performance.now());
      const record = this.parts.book.get(name);
      if (reason && record) await this.endGeneration(record, workerLost(name, reason));
    }
  }

  private async onIdle(worker: AttachedWorker, state: string): Promise<void> {
    worker.state = state === 'draining' || worker.state === 'draining' ? 'draining' : 'idle';
    worker.run = '';
    await this.onWorkerGone(worker.hello.worker, 'its step process is gone');
    await this.place();
  }

  /** Ends the generations that a worker can take no part in any more. */
  private async onWorkerGone(worker: string, why: string): Promise<void> {
    for (const [name, live] of this.live) {
      const record = this.parts.book.get(name);
      if (!record?.members.includes(worker) || live.isDone(worker)) continue;
      await this.endGeneration(record, workerLost(name, `${worker}: ${why}`));
    }
  }

  private async endGeneration(record: RunRecord, error: SerialisedError): Promise<void> {
    const { book, placement, logger } = this.parts;
    const { name, generation } = record;
    this.live.delete(name);
    placement.cancel(record, `${error.what}: ${error.why}`, false);
    const loss = await this.fallBack(record, error);
    if (loss === null) return;
    const newest = await placement.newestCheckpoint(record);
    const change = decideLoss(book.get(name)!, loss, newest, Date.now());
    logger.warn({ run: name, generation, ...change }, 'generation ended');
    const changed = await book.change(name, change);
    if (hasEnded(changed.state)) await this.onEnd(changed);
  }

  /** A damaged base costs the steps since an older checkpoint, not the run. Returns what else ended the generation, or null. */
  private async fallBack(record: RunRecord, error: SerialisedError): Promise<SerialisedError | null> {
    const { book, placement, logger } = this.parts;
    const key = damagedBase(record, error);
    if (key === null) return error;
    const older = await placement.olderCheckpoint(record, key).catch((away: unknown) => AuseqError.from(away));
    // What lies before is not known: a restart finds the damage again when the store can be read.
    if (older instanceof AuseqError) return older.toJSON();
    const change = decideDamage(record, key, error, older);
    logger.warn({ run: record.name, ...change }, 'the base checkpoint is damaged');
    await placement.tellDecision(record.name, `starts from ${older ? `step ${older.step}` : 'the seed'}`, error.why);
    await book.change(record.name, change);
    return null;
  }

  private async onEnd({ name, state, step }: RunRecord): Promise<void> {
    this.live.delete(name);
    this.parts.logger.info({ run: name, state, step }, 'run ended');
    await this.place();
  }
}

function workerLost(run: string, why: string): SerialisedError {
  return { code: 'AU_WORKER_LOST', what: `run ${run} lost a worker`, why, try: `auseq runs logs ${run}` };
}

function drained({ name }: RunRecord, step: number): SerialisedError {
  return {
    code: 'AU_WORKER_LOST',
    what: `a worker of run ${name} leaves`,
    why: `its members drained after step ${step}`,
    try: 'auseq status',
  };
}
