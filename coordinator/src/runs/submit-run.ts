import { type RunConfig, runConfig } from '@auseq/configs/schema';
import { AuseqError } from '@auseq/proto/errors';
import { chooseSync } from './choose-sync.js';
import { configHash, type RunRecord } from './run-record.js';

/** The record of a run that was just submitted. Throws AU_CONFIG_TYPE. */
export function newRun(name: string, configJson: string, now: number): RunRecord {
  const config = parseConfig(configJson);
  const { sync, reason: syncReason } = chooseSync(config);
  return { ...blankRun(name, config, new Date(now).toISOString()), sync, syncReason };
}

/** A run of which nothing is known but its config. */
export function blankRun(name: string, config: RunConfig, createdAt: string): RunRecord {
  return {
    ...{ name, state: 'queued', reason: 'waits for workers', step: 0, maxSteps: config.train.max_steps },
    ...{ generation: 0, members: [], joining: [], assigned: {}, lastMembers: 0, sync: 'gather', syncReason: '' },
    ...{ config, configHash: configHash(config), createdAt, updatedAt: createdAt, queuedAt: createdAt, error: null },
    ...{ latestCheckpoint: '', stateDigest: '', restarts: 0, notBefore: 0, fromStep: null, damaged: [] },
    ...{ proof: null, otherBits: [], ledgerAfter: null },
  };
}

export interface ResumeWish {
  /** 0: as configured. */
  readonly maxSteps: number;
  /** Null: the newest whole checkpoint. */
  readonly fromStep: number | null;
}

/** What `resume` changes: back into the queue, perhaps with more steps, to go on from a checkpoint. Pure. */
export function resumeChange(record: RunRecord, wish: ResumeWish, now: number): Partial<RunRecord> {
  const { train } = record.config;
  const config =
    wish.maxSteps > 0 ? { ...record.config, train: { ...train, max_steps: wish.maxSteps } } : record.config;
  return {
    ...{ state: 'queued', reason: 'resumed; waits for workers', error: null, restarts: 0, notBefore: 0 },
    ...{ members: [], joining: [], assigned: {}, lastMembers: 0, damaged: [], otherBits: [], fromStep: wish.fromStep },
    ...{ config, configHash: configHash(config), queuedAt: new Date(now).toISOString() },
    maxSteps: wish.maxSteps > 0 ? wish.maxSteps : record.maxSteps,
  };
}

function parseConfig(json: string): RunConfig {
  try {
    return runConfig.parse(JSON.parse(json));
  } catch (cause) {
    throw new AuseqError('AU_CONFIG_TYPE', {
      what: 'the submitted config is not valid',
      why: cause instanceof Error ? cause.message : String(cause),
      try: 'auseq config validate FILE, with the release that the coordinator runs',
      cause,
    });
  }
}
