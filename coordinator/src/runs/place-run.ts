import { setTimeout as pause } from 'node:timers/promises';
import type { RunHistory } from '@auseq/infra/history/run-history';
import type { createLogger } from '@auseq/infra/logging/logger';
import type { ObjectStore } from '@auseq/infra/store/object-store';
import { AuseqError } from '@auseq/proto/errors';
import { brokerLostAfterMs } from '@auseq/proto/heartbeat-rules';
import { type MembershipWish, nextGeneration } from '@auseq/proto/next-generation';
import type { GenerationRecord, HistoryRecord } from '@auseq/proto/run-records';
import { findCheckpoint } from '../results/checkpoints.js';
import type { WorkerTable } from '../workers/worker-table.js';
import type { CheckpointRef } from './decide-loss.js';
import type { RunBook } from './run-book.js';
import type { RunRecord } from './run-record.js';

export interface PlacementParts {
  readonly book: RunBook;
  readonly history: RunHistory;
  readonly store: ObjectStore;
  readonly workers: WorkerTable;
  /** Tells members, at once but perhaps in vain, what is stored. */
  readonly announce: (record: GenerationRecord) => void;
  readonly logger: ReturnType<typeof createLogger>;
}

const retryMs = 250;

/** Begins and ends generations: the effects behind the conductor's decisions. */
export class Placement {
  constructor(private readonly parts: PlacementParts) {}

  /** Stores the new generation, in the record and in the history; null when the store cannot be read now. */
  async begin(record: RunRecord, members: readonly string[], share: string): Promise<RunRecord | null> {
    const { book, logger } = this.parts;
    const generation = record.generation + 1;
    let base: CheckpointRef | null;
    try {
      const { fromStep, damaged } = record;
      base = await findCheckpoint(this.parts.store, record.name, { step: fromStep ?? undefined, damaged });
    } catch (error) {
      logger.warn({ run: record.name, err: error }, 'the store cannot be read; the run waits');
      return null;
    }
    const from = base ? `the checkpoint of step ${base.step}` : 'the seed';
    const started = await book.change(record.name, {
      ...{
        state: 'starting',
        generation,
        members,
        lastMembers: members.length,
        joining: [],
        step: base?.step ?? 0,
        fromStep: null,
      },
      ...{ latestCheckpoint: base?.key ?? '', stateDigest: base?.sha256 ?? '' },
      assigned: Object.fromEntries(members.map((member) => [member, generation])),
      reason: `generation ${generation} starts from ${from}: ${share}`,
    });
    await this.recordGeneration(started);
    return started;
  }

  /**
   * The next generation of a run in work, where its history stands: stored there first, then in the record, then told.
   * Null where nobody would be left who holds the state.
   */
  async regroup(
    { name }: RunRecord,
    wished: Pick<MembershipWish, 'members' | 'joining' | 'holds' | 'reason'>,
  ): Promise<{ record: RunRecord; history: GenerationRecord } | null> {
    const { book, announce } = this.parts;
    const hosts = Object.fromEntries(wished.joining.map((worker) => [worker, this.memoryOf(worker)]));
    const wish = { ...wished, hosts, time: new Date().toISOString() };
    const decidedAt = performance.now();
    const waitedMs = () => Math.round(performance.now() - decidedAt);
    const history = await this.appendNext(
      name,
      (last) => last && nextGeneration(last, { ...wish, waitedMs: waitedMs() }),
    );
    if (!history) return null;
    announce(history);
    const { generation, members: seats } = history;
    const before = book.get(name)!;
    const assigned = Object.fromEntries(
      Object.entries(before.assigned).filter(([worker]) => seats.includes(worker) || before.joining.includes(worker)),
    );
    const record = await book.change(name, {
      ...{ generation, members: seats, lastMembers: seats.length, assigned, reason: wish.reason },
      joining: before.joining.filter((worker) => !seats.includes(worker)),
    });
    return { record, history };
  }

  /** Gives every member its assignment; one that has just left is noticed by its stream's end. */
  assign(record: RunRecord): void {
    for (const [rank, member] of record.members.entries()) this.give(record, member, { rank, joins: false });
  }

  tell(history: GenerationRecord): void {
    this.parts.announce(history);
  }

  /** Has a worker prepare to join a run in work. */
  async admit(record: RunRecord, worker: string): Promise<void> {
    const { generation, joining, assigned } = record;
    const joins = { joining: [...joining, worker], assigned: { ...assigned, [worker]: generation } };
    this.give(await this.parts.book.change(record.name, joins), worker, { rank: 0, joins: true });
  }

  /** The process of a member that was removed for its silence may take part again (PROTOCOL 14). */
  async letReturn(record: RunRecord, worker: string, assigned: number): Promise<void> {
    const joins = { joining: [...record.joining, worker], assigned: { ...record.assigned, [worker]: assigned } };
    await this.parts.book.change(record.name, joins);
  }

  /** Tells every attached worker of a run that its generation ends; with `checkpoint` at the next step border. */
  cancel(record: RunRecord, reason: string, checkpoint: boolean): void {
    for (const member of record.members) this.dismiss(record, member, reason, checkpoint);
    for (const worker of record.joining) this.dismiss(record, worker, reason, false);
  }

  dismiss({ name: run, generation }: RunRecord, worker: string, reason: string, checkpoint: boolean): void {
    this.parts.workers.get(worker)?.send({ $case: 'cancel', cancel: { run, generation, reason, checkpoint } });
  }

  private give(record: RunRecord, name: string, { rank, joins }: { rank: number; joins: boolean }): void {
    const { name: run, generation, members, config, sync, latestCheckpoint } = record;
    const worker = this.parts.workers.get(name);
    if (!worker) return;
    worker.state = 'busy';
    worker.run = run;
    const common = { run, generation, members: [...members], configJson: JSON.stringify(config), sync };
    const baseCheckpoint = joins ? '' : latestCheckpoint;
    worker.send({ $case: 'assignment', assignment: { ...common, rank, joins, baseCheckpoint } });
  }

  /** The newest whole checkpoint; while the store cannot be read, the last one known. */
  async newestCheckpoint({ name, latestCheckpoint, stateDigest, damaged }: RunRecord): Promise<CheckpointRef | null> {
    try {
      return await findCheckpoint(this.parts.store, name, { damaged });
    } catch (error) {
      this.parts.logger.warn({ run: name, err: error }, 'the store cannot be read');
      const known = latestCheckpoint !== '' && !damaged.includes(latestCheckpoint);
      return known ? { key: latestCheckpoint, step: stepOfKey(latestCheckpoint), sha256: stateDigest } : null;
    }
  }

  /** Says in the run's events what was decided about it, and why. */
  async tellDecision(run: string, decision: string, reason: string): Promise<void> {
    await this.parts.history.publishEvent(run, 'decision', { decision, reason }).catch(() => {});
  }

  /** The newest whole checkpoint before a damaged one; throws while the store cannot be read. */
  olderCheckpoint({ name, damaged }: RunRecord, key: string): Promise<CheckpointRef | null> {
    return findCheckpoint(this.parts.store, name, { before: stepOfKey(key), damaged });
  }

  /** What members that share their memory have in common. */
  private memoryOf(worker: string): string {
    return this.parts.workers.get(worker)?.hello.memory ?? '';
  }

  /** From here on a leader of an older generation can commit nothing (PROTOCOL 13). */
  private async recordGeneration(begun: RunRecord): Promise<void> {
    const { name: run, generation, members, step: baseStep, reason, ledgerAfter } = begun;
    const record: GenerationRecord = {
      ...{ type: 'generation', run, generation, members, baseStep, continues: false, unhealed: [] },
      ...{ baseDigest: null, baseDrain: false, reason, time: new Date().toISOString() },
      hosts: members.map((member) => this.memoryOf(member)),
    };
    const first = ledgerAfter ? { ...record, after: ledgerAfter } : record;
    await this.appendNext(run, (last) => (last ? record : first));
  }

  /** Appends what `next` makes of the last record, again where another came between; waits while NATS is away. */
  private async appendNext(
    run: string,
    next: (last: HistoryRecord | null) => GenerationRecord | null,
  ): Promise<GenerationRecord | null> {
    const giveUpAt = performance.now() + brokerLostAfterMs;
    for (;;) {
      try {
        const last = await this.parts.history.last(run);
        const record = next(last?.record ?? null);
        if (!record || (await this.parts.history.append(record, last?.sequence ?? 0)) !== null) return record;
      } catch (error) {
        const away = error instanceof AuseqError && error.code === 'AU_NATS_UNREACHABLE';
        if (!away || performance.now() > giveUpAt) throw error;
        await pause(retryMs);
      }
    }
  }
}

function stepOfKey(manifest: string): number {
  return Number(manifest.split('/').at(-2));
}
