import type { createLogger } from '@auseq/infra/logging/logger';
import { createTurns } from '@auseq/infra/runtime/in-turn';
import { AuseqError, type SerialisedError } from '@auseq/proto/errors';
import type { AssignmentReport, Run } from '@auseq/proto/gen/auseq/v1/auseq';
import type { Heartbeat } from '@auseq/proto/heartbeat-rules';
import type { CommitNotice, GenerationRecord } from '@auseq/proto/run-records';
import { compareProof } from './compare-proof.js';
import { LiveGeneration, reattachMs } from './generation.js';
import { drained, leaves, over, workerLost } from './member-errors.js';
import { damagedBase, decideDamage } from './runs/decide-damage.js';
import { decideLoss } from './runs/decide-loss.js';
import { decideWithout, roomFor } from './runs/decide-members.js';
import { chooseProof, isRefused } from './runs/decide-proof.js';
import { decideReport } from './runs/decide-report.js';
import type { Placement } from './runs/place-run.js';
import { orderQueue, planStart } from './runs/plan-start.js';
import type { RunBook } from './runs/run-book.js';
import { type RunRecord, viewRun } from './runs/run-record.js';
import { hasEnded } from './runs/run-states.js';
import { withSameBits } from './runs/same-bits.js';
import type { AttachedWorker, WorkerTable } from './workers/worker-table.js';

/** A worker that could not join a run is asked again after this. */
const joinAgainMs = 3_000;

export interface ConductorParts {
  readonly book: RunBook;
  readonly workers: WorkerTable;
  readonly placement: Placement;
  readonly logger: ReturnType<typeof createLogger>;
}

/** Reacts to workers, people and time; one thing after the other, so that each decision sees the outcome of the last. */
export class Conductor {
  private readonly live = new Map<string, LiveGeneration>();
  private readonly turns = createTurns();
  private closed = false;

  constructor(private readonly parts: ConductorParts) {
    for (const { name, state, generation, members } of parts.book.all()) {
      if (!hasEnded(state) && members.length > 0) {
        this.live.set(name, new LiveGeneration(generation, members, performance.now(), true));
      }
    }
  }

  private readonly startedAt = performance.now();
  /** The newest membership of each run, told again until every member was heard in it. */
  private readonly told = new Map<string, GenerationRecord>();

  /** Runs `work` after everything that was asked before; never again once closed. */
  inTurn<T>(work: () => Promise<T>): Promise<T> {
    return this.turns.run(() => (this.closed ? new Promise<T>(() => {}) : work()));
  }

  /** From here on nothing is decided: streams that end now end because this process does. */
  close(): void {
    this.closed = true;
  }

  view(name: string): Run {
    const stragglers = this.live.get(name)?.stragglers ?? [];
    return viewRun(this.record(name), { sequencesPerSecond: this.parts.book.rate(name), stragglers });
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

  /** To be called whenever something may have become possible: starts what can start, in queue order, then lets runs grow. */
  async place(): Promise<void> {
    const waits = await this.startQueued();
    if (!waits) await this.grow();
  }

  /** Workers that no run waits for join runs that have room (elastic). */
  private async grow(): Promise<void> {
    const { book, workers, placement, logger } = this.parts;
    for (const [name, live] of this.live) {
      if (performance.now() < live.joinNotBefore) continue;
      const record = book.get(name)!;
      const build = workers.get(record.members[0] ?? '')?.hello.build;
      for (const worker of this.fit(record, build).sort(byName).slice(0, roomFor(record))) {
        logger.info({ run: name, worker }, 'a worker prepares to join');
        await placement.admit(book.get(name)!, worker);
      }
    }
  }

  /** The idle workers that a run may be given. */
  private fit(record: RunRecord, build?: string): string[] {
    const { workers } = this.parts;
    const idle = workers.idle().filter((name) => !isRefused(record, name));
    const built = idle.map((name) => ({ name, build: workers.get(name)?.hello.build ?? '' }));
    return withSameBits(built, record.config.exact, build);
  }

  /** True where a run waits for workers that are or will be there. */
  private async startQueued(): Promise<boolean> {
    const { book, workers, placement } = this.parts;
    for (const record of orderQueue(book.all())) {
      const isWelcome = (name: string) => !isRefused(record, name);
      const settling = workers.settling((run) => hasEnded(book.get(run)?.state ?? 'failed')).filter(isWelcome);
      const attached = workers.attached().filter(isWelcome).length;
      const plan = planStart(record, { idle: this.fit(record), settling, attached }, Date.now());
      if (!plan.start) {
        if (plan.reason !== null && record.state === 'queued') await book.change(record.name, { reason: plan.reason });
        if (plan.blocks) return true;
        continue;
      }
      const started = await placement.begin(record, plan.members, plan.reason);
      if (!started) return true; // the store is away: tried again at the next tick
      this.live.set(record.name, new LiveGeneration(started.generation, plan.members, performance.now(), false));
      placement.assign(started);
    }
    return false;
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
    const report = { ...sent, worker: name, error };
    let decision = decideReport(record, report);
    if (decision.kind === 'stale' || !record) {
      const { run, generation } = sent;
      const reason = decision.kind === 'stale' ? decision.reason : '';
      return worker.send({ $case: 'cancel', cancel: { run, generation, reason, checkpoint: false } });
    }
    const live = this.live.get(sent.run);
    live?.attached(name);
    if (sent.state === 'finished' || sent.state === 'stopped') live?.finish(name);
    if (decision.kind === 'joins') {
      const refusal = await compareProof(this.parts, record, name, sent.proof);
      const told = this.record(sent.run);
      return refusal ? this.staysOut(told, name, refusal) : this.join(told, name, sent.stateDigest);
    }
    if (decision.kind === 'stays-out') return this.staysOut(record, name, decision.error);
    if (decision.kind === 'lost') return this.lose(record, name, decision.error);
    if (decision.kind === 'drained') return this.endGeneration(record, drained(record, decision.step));
    if (sent.state === 'ready' || sent.state === 'stepping') {
      live?.proofs.set(name, sent.proof);
      await this.settleProofs(sent.run);
      const settled = this.record(sent.run);
      if (!settled.members.includes(name)) return;
      decision = decideReport(settled, report);
    }
    if (decision.kind === 'change') {
      const changed = await book.change(record.name, decision.change);
      if (hasEnded(changed.state)) await this.onEnd(changed);
    }
    const stillSteps = !['finished', 'stopped'].includes(sent.state);
    if (record.state === 'stopping' && stillSteps) placement.cancel(record, 'a person asked to stop', true);
  }

  /** A worker leaves in good order: the others go on without it, or all stop with a checkpoint where it is needed. */
  async onDraining(worker: AttachedWorker): Promise<void> {
    worker.state = 'draining';
    const name = worker.hello.worker;
    for (const run of [...this.live.keys()]) {
      const record = this.parts.book.get(run);
      if (!record) continue;
      if (record.joining.includes(name)) await this.staysOut(record, name, leaves(run, name));
      if (!record.members.includes(name)) continue;
      const decision = decideWithout(record, name, leaves(run, name));
      if (decision.kind === 'goes-on' && record.state === 'running') await this.goOn(record, name, decision);
      else this.parts.placement.dismiss(record, name, 'it leaves', true);
    }
  }

  /** Others have changed the membership while no coordinator did (PROTOCOL 15): what is stored holds. */
  async onMembership(history: GenerationRecord): Promise<void> {
    const record = this.parts.book.get(history.run);
    const live = this.live.get(history.run);
    if (!record || !live || history.generation <= record.generation) return;
    const { generation, members, reason } = history;
    await this.parts.book.change(record.name, { generation, members, lastMembers: members.length, reason });
    live.regroup(generation, members, performance.now());
  }

  /** A worker's stream has ended: its step process ends with it, unless only the connection is cut. */
  async onDetach(stream: number, why: string): Promise<void> {
    const worker = this.parts.workers.lose(stream);
    if (!worker) return;
    this.parts.logger.warn({ worker: worker.hello.worker, why }, 'worker lost');
    const name = worker.hello.worker;
    for (const [run, live] of [...this.live]) {
      const record = this.parts.book.get(run);
      if (record?.members.includes(name) && !live.isDone(name)) live.suspect(name, why, performance.now());
      if (record?.joining.includes(name)) await this.staysOut(record, name, workerLost(run, `${name}: ${why}`));
    }
  }

  onHeartbeat(run: string, generation: number, beat: Heartbeat): void {
    const live = this.live.get(run);
    if (live?.generation === generation) live.hear(beat, performance.now());
  }

  onCommit(run: string, generation: number, notice: CommitNotice): void {
    if (notice.mismatch || this.parts.book.get(run)?.generation !== generation) return;
    this.parts.book.noteCommit(run, notice);
    const members = this.parts.book.get(run)!.members;
    for (const reason of this.live.get(run)?.noteArrivals(members, notice) ?? [])
      this.parts.book.tellDecision(run, 'straggler', reason);
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
    const { book, placement, workers } = this.parts;
    for (const [name, live] of [...this.live]) {
      const record = book.get(name);
      const history = this.told.get(name);
      if (history?.generation === live.generation && !live.isKnown) placement.tell(history);
      const lost = live.lost(performance.now());
      if (!record) continue;
      if (lost?.worker) await this.lose(record, lost.worker, workerLost(name, lost.reason), lost.mayReturn);
      else if (lost) await this.endGeneration(record, workerLost(name, lost.reason));
      if (live.proofs.size > 0) await this.settleProofs(name);
      for (const late of live.tooLate(performance.now()))
        await this.staysOut(book.get(name)!, late, workerLost(name, `${late} did not come back in time`));
      if (performance.now() - this.startedAt < reattachMs) continue;
      const gone = record.joining.find((worker) => !workers.get(worker));
      if (gone) await this.staysOut(book.get(name)!, gone, workerLost(name, `${gone} is not attached`));
    }
  }

  /** Compares what members have told of their bits: of an exact run none takes part before all have (PROTOCOL 7). */
  private async settleProofs(run: string): Promise<void> {
    const { members, proof } = this.record(run);
    const chosen = proof ?? chooseProof(members, this.live.get(run)?.proofs ?? new Map());
    if (!chosen) return;
    if (!proof) await this.parts.book.change(run, { proof: chosen });
    for (const worker of members) {
      const record = this.record(run);
      const proofs = this.live.get(run)?.proofs;
      const parts = proofs?.get(worker);
      if (!parts || !record.members.includes(worker)) continue;
      proofs?.delete(worker);
      const refusal = await compareProof(this.parts, record, worker, parts);
      if (refusal) await this.lose(this.record(run), worker, refusal);
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
    // A copy: what ends here may make room for another run, which begins on this very worker.
    for (const [name, live] of [...this.live]) {
      const record = this.parts.book.get(name);
      if (record?.joining.includes(worker)) await this.staysOut(record, worker, workerLost(name, why));
      if (!record?.members.includes(worker) || live.isDone(worker)) continue;
      await this.lose(record, worker, workerLost(name, `${worker}: ${why}`));
    }
  }

  /** A member is lost: the others go on in the same step where they can; else the generation ends. */
  private async lose(record: RunRecord, worker: string, error: SerialisedError, mayReturn = false): Promise<void> {
    const decision = decideWithout(record, worker, error);
    const goesOn = decision.kind === 'goes-on' && (await this.goOn(record, worker, decision, mayReturn));
    if (!goesOn) await this.endGeneration(record, decision.kind === 'ends' ? decision.error : error);
  }

  private async goOn(
    record: RunRecord,
    lost: string,
    { members, reason }: { members: readonly string[]; reason: string },
    mayReturn = false,
  ): Promise<boolean> {
    const { placement, workers } = this.parts;
    const changed = await this.regroup(record, { members, joining: [], reason });
    if (!changed) return false;
    if (mayReturn && workers.get(lost)) {
      this.live.get(record.name)?.letReturn(lost, performance.now());
      await placement.letReturn(changed, lost, record.assigned[lost]!);
    } else placement.dismiss(changed, lost, reason, false);
    return true;
  }

  /** `holds`: the digest of the last commit that a member which comes back has taken; empty for a new process. */
  private async join(record: RunRecord, worker: string, holds: string): Promise<void> {
    if (!['running', 'starting'].includes(record.state)) return this.staysOut(record, worker, over(record));
    const members = [...record.members, worker];
    const isBack = this.live.get(record.name)?.isReturning(worker);
    const reason = `${worker} ${isBack ? 'comes back to' : 'joins'} ${record.members.join(', ')}`;
    await this.regroup(record, { members, joining: [worker], holds: { [worker]: holds }, reason });
  }

  private async staysOut(record: RunRecord, worker: string, error: SerialisedError): Promise<void> {
    const { book, placement, logger } = this.parts;
    logger.warn({ run: record.name, worker, err: error }, 'a worker does not join');
    placement.dismiss(record, worker, error.why, false);
    await book.change(record.name, { joining: record.joining.filter((each) => each !== worker) });
    const live = this.live.get(record.name);
    if (live) live.joinNotBefore = performance.now() + joinAgainMs;
  }

  private async regroup(record: RunRecord, wish: Parameters<Placement['regroup']>[1]): Promise<RunRecord | null> {
    const { placement, logger } = this.parts;
    const changed = await placement.regroup(record, wish);
    if (!changed) return null;
    const { generation, members } = changed.record;
    this.live.get(record.name)?.regroup(generation, members, performance.now());
    this.told.set(record.name, changed.history);
    logger.info({ run: record.name, generation, members, reason: wish.reason }, 'generation begins');
    return changed.record;
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

  private async onEnd(record: RunRecord): Promise<void> {
    const { name, state, step } = record;
    for (const worker of record.joining) this.parts.placement.dismiss(record, worker, 'the run has ended', false);
    this.live.delete(name);
    this.told.delete(name);
    this.parts.logger.info({ run: name, state, step }, 'run ended');
    await this.place();
  }
}

/** worker-2 before worker-10. */
function byName(a: string, b: string): number {
  return a.localeCompare(b, 'en', { numeric: true });
}
