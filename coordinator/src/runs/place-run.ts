import { setTimeout as pause } from 'node:timers/promises';
import type { RunHistory } from '@auseq/infra/history/run-history';
import type { createLogger } from '@auseq/infra/logging/logger';
import type { ObjectStore } from '@auseq/infra/store/object-store';
import { AuseqError } from '@auseq/proto/errors';
import { brokerLostAfterMs } from '@auseq/proto/heartbeat-rules';
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
      ...{ state: 'starting', generation, members, lastMembers: members.length, step: base?.step ?? 0, fromStep: null },
      ...{ latestCheckpoint: base?.key ?? '', stateDigest: base?.sha256 ?? '' },
      reason: `generation ${generation} starts from ${from}: ${share}`,
    });
    await this.recordGeneration(started);
    return started;
  }

  /** Gives every member its assignment; one that has just left is noticed by its stream's end. */
  assign({ name: run, generation, members, config, sync, latestCheckpoint }: RunRecord): void {
    for (const [rank, member] of members.entries()) {
      const worker = this.parts.workers.get(member);
      if (!worker) continue;
      worker.state = 'busy';
      worker.run = run;
      const common = { run, generation, members: [...members], configJson: JSON.stringify(config), sync };
      worker.send({ $case: 'assignment', assignment: { ...common, rank, baseCheckpoint: latestCheckpoint } });
    }
  }

  /** Tells every attached member that its generation ends; with `checkpoint` at the next step border. */
  cancel({ name: run, generation, members }: RunRecord, reason: string, checkpoint: boolean): void {
    for (const member of members) {
      this.parts.workers.get(member)?.send({ $case: 'cancel', cancel: { run, generation, reason, checkpoint } });
    }
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

  /** From here on a leader of an older generation can commit nothing (PROTOCOL 13). */
  private async recordGeneration({ name: run, generation, members, step: baseStep }: RunRecord): Promise<void> {
    const record = { type: 'generation', run, generation, members, baseStep, time: new Date().toISOString() } as const;
    const giveUpAt = Date.now() + brokerLostAfterMs;
    for (;;) {
      try {
        const last = await this.parts.history.last(run);
        if ((await this.parts.history.append(record, last?.sequence ?? 0)) !== null) return;
      } catch (error) {
        const away = error instanceof AuseqError && error.code === 'AU_NATS_UNREACHABLE';
        if (!away || Date.now() > giveUpAt) throw error;
        await pause(retryMs);
      }
    }
  }
}

function stepOfKey(manifest: string): number {
  return Number(manifest.split('/').at(-2));
}
