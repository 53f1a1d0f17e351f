import { setTimeout as pause } from 'node:timers/promises';
import type { RunHistory } from '@auseq/infra/history/run-history';
import { AuseqError } from '@auseq/proto/errors';
import { brokerLostAfterMs } from '@auseq/proto/heartbeat-rules';
import type { CommitNotice } from '@auseq/proto/run-records';
import { changeRun, type RunRecord } from './run-record.js';
import type { RunStore } from './run-store.js';

interface Entry {
  record: RunRecord;
  revision: number;
  /** True while only this process knows the last step. */
  stepIsNewer: boolean;
  sequencesPerSecond: number;
}

const retryMs = 250;
/** Weight of the newest step in the shown rate. */
const rateWeight = 0.2;

/** All runs, in memory and in the bucket: what is read here was stored before. */
export class RunBook {
  private readonly entries = new Map<string, Entry>();

  private constructor(
    private readonly store: RunStore,
    private readonly history: RunHistory,
  ) {}

  /** Reads every run and, for those in work, the last commit, so that a new coordinator knows the step. */
  static async open(store: RunStore, history: RunHistory): Promise<RunBook> {
    const book = new RunBook(store, history);
    for (const { record, revision } of await store.all()) {
      const last = await history.last(record.name);
      const isNewer = last && last.record.generation > record.generation && record.members.length > 0;
      // Members may have changed the membership while no coordinator was there.
      const seats = isNewer ? { generation: last.record.generation, members: last.record.members } : {};
      const isCommit = last?.record.type === 'commit' && last.record.generation >= record.generation;
      const step = isCommit ? (last.record as { step: number }).step : record.step;
      const entry = {
        record: { ...record, ...seats, step },
        revision,
        stepIsNewer: step !== record.step,
        sequencesPerSecond: 0,
      };
      book.entries.set(record.name, entry);
    }
    return book;
  }

  get(name: string): RunRecord | undefined {
    return this.entries.get(name)?.record;
  }

  all(): RunRecord[] {
    return [...this.entries.values()].map(({ record }) => record);
  }

  rate(name: string): number {
    return this.entries.get(name)?.sequencesPerSecond ?? 0;
  }

  async add(record: RunRecord): Promise<void> {
    const revision = await this.persist(record, 0);
    this.entries.set(record.name, { record, revision, stepIsNewer: false, sequencesPerSecond: 0 });
    await this.tell(record);
  }

  /** Takes in a run that JetStream knows nothing of; it is stored there with its first change. */
  adopt(record: RunRecord): void {
    this.entries.set(record.name, { record, revision: 0, stepIsNewer: false, sequencesPerSecond: 0 });
  }

  /** Stores a change, then tells it to whoever watches. Throws AU_RUN_STATE. */
  async change(name: string, change: Partial<RunRecord>): Promise<RunRecord> {
    const entry = this.entries.get(name)!;
    const before = entry.record;
    const record = changeRun(before, change, Date.now());
    entry.revision = await this.persist(record, entry.revision);
    // A step may have been committed meanwhile.
    const { step, maxSteps } = entry.record;
    entry.stepIsNewer = change.step === undefined && step > record.step;
    entry.record = entry.stepIsNewer ? { ...record, step, maxSteps } : record;
    const isNews = record.state !== before.state || record.reason !== before.reason;
    if (isNews) await this.tell(record);
    return record;
  }

  /** A step was committed: kept in memory, stored by `storeSteps` now and then. */
  noteCommit(name: string, { step, totalSteps, sequences, seconds }: CommitNotice): void {
    const entry = this.entries.get(name);
    if (!entry || step <= entry.record.step) return;
    entry.record = { ...entry.record, step, maxSteps: totalSteps };
    entry.stepIsNewer = true;
    const rate = seconds > 0 ? sequences / seconds : 0;
    const before = entry.sequencesPerSecond || rate;
    entry.sequencesPerSecond = before + rateWeight * (rate - before);
  }

  async storeSteps(): Promise<void> {
    for (const [name, entry] of this.entries) if (entry.stepIsNewer) await this.change(name, {});
  }

  /** A broker that is away delays the change; a record that somebody else wrote throws AU_RUN_STATE. */
  private async persist(record: RunRecord, revision: number): Promise<number> {
    const giveUpAt = performance.now() + brokerLostAfterMs;
    for (;;) {
      try {
        return await this.store.write(record, revision);
      } catch (error) {
        const away = error instanceof AuseqError && error.code === 'AU_NATS_UNREACHABLE';
        if (!away || performance.now() > giveUpAt) throw error;
        await pause(retryMs);
      }
    }
  }

  /** For people: what was decided about a run, and why. */
  tellDecision(name: string, decision: string, reason: string): void {
    this.history.publishEvent(name, 'decision', { decision, reason }).catch(() => {});
  }

  private async tell({ name, state, reason, step, generation, members, error }: RunRecord): Promise<void> {
    const fields = { state, reason, step, generation, workers: members.join(', '), error: error ?? undefined };
    await this.history.publishEvent(name, 'state', fields).catch(() => {}); // the record holds; the event is for people
  }
}
