import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { AuseqError, type ErrorCode } from '@auseq/proto/errors';
import type { Checkpoint } from '@auseq/proto/gen/auseq/v1/auseq';
import type { CoordinatorClient } from './client.js';
import { pullCheckpoint } from './pull-checkpoint.js';
import { runWorkerProgram } from './worker-program.js';

export interface CheckpointVerdict {
  step: number;
  bytes: number;
  sha256: string;
  whole: boolean;
  /** Empty where it is whole. */
  wrong: string;
}

/** Faults of the checkpoint itself; any other failure is one of looking at it. */
const faults: readonly ErrorCode[] = ['AU_CHECKPOINT_CORRUPT', 'AU_OBJECT_NOT_FOUND', 'AU_CHECKPOINT_NOT_FOUND'];

/**
 * Pulls one listed checkpoint into a temporary folder, where a worker program computes its state digest anew; the folder is gone
 * afterwards. Throws what prevents the look: coordinator or store away, a full disk.
 */
export async function verifyCheckpoint(
  client: CoordinatorClient,
  run: string,
  checkpoint: Checkpoint,
  signal: AbortSignal,
  onProgress: (done: number, total: number) => void,
): Promise<CheckpointVerdict> {
  const { step, bytes, sha256 } = checkpoint;
  const folder = await mkdtemp(join(tmpdir(), 'auseq-verify-'));
  try {
    const pulled = join(folder, 'checkpoint');
    await pullCheckpoint(client, run, checkpoint, pulled, signal, onProgress);
    await runWorkerProgram('checkpoints', ['verify', '--checkpoint', pulled]);
    return { step, bytes, sha256, whole: true, wrong: '' };
  } catch (error) {
    if (!(error instanceof AuseqError) || !faults.includes(error.code)) throw error;
    const wrong = (error.code === 'AU_CHECKPOINT_CORRUPT' ? `${error.what}: ${error.why}` : error.what)
      .replaceAll(`${folder}/checkpoint/`, '')
      .replaceAll(`runs/${run}/checkpoints/`, '');
    return { step, bytes, sha256, whole: false, wrong };
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}
