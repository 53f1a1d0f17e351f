import { readFile } from 'node:fs/promises';
import { basename, join } from 'node:path';
import { AuseqError } from '@auseq/proto/errors';
import type { CheckpointManifest } from './checkpoint-layout.js';
import { readCheckpoint } from './read-checkpoint.js';
import type { TrainingState } from './state-digest.js';

/** Reads a folder as `auseq checkpoints pull` makes it. Throws AU_CHECKPOINT_NOT_FOUND, AU_CHECKPOINT_CORRUPT. */
export function readCheckpointFolder(
  folder: string,
  signal?: AbortSignal,
): Promise<{ manifest: CheckpointManifest; state: TrainingState }> {
  const get = (key: string) =>
    readFile(join(folder, basename(key))).catch((cause: unknown) => {
      throw new AuseqError('AU_CHECKPOINT_NOT_FOUND', {
        what: `there is no whole checkpoint in ${folder}`,
        why: `${basename(key)} cannot be read`,
        try: 'auseq checkpoints pull RUN --latest -o DIR',
        cause,
      });
    });
  return readCheckpoint({ get }, join(folder, 'manifest.json'), signal);
}
