import { Worker } from 'node:worker_threads';
import { AuseqError, type SerialisedError } from '@auseq/proto/errors';
import type { CheckpointManifest } from './checkpoint-layout.js';
import type { TrainingState } from './state-digest.js';

export interface CheckpointRequest {
  readonly id: number;
  readonly storeUrl: string;
  readonly run: string;
  readonly state: TrainingState;
  readonly provenance: Readonly<Record<string, string>>;
  readonly deadlineMs: number;
}

export interface CheckpointReply {
  readonly id: number;
  readonly manifest?: CheckpointManifest;
  readonly error?: SerialisedError;
}

export interface CheckpointWriter {
  /** Takes over the snapshot's buffers (they are transferred) and resolves when the manifest is stored. */
  write(state: TrainingState): Promise<CheckpointManifest>;
  close(): Promise<void>;
}

/** An upload that takes longer than this has failed. */
const deadlineMs = 10 * 60_000;

/** Starts the thread that hashes and stores the checkpoints of one run. */
export function createCheckpointWriter(
  storeUrl: string,
  run: string,
  provenance: Readonly<Record<string, string>>,
): CheckpointWriter {
  const thread = new Worker(new URL('./checkpoint-thread.js', import.meta.url));
  const waiting = new Map<number, { resolve(manifest: CheckpointManifest): void; reject(error: Error): void }>();
  let nextId = 0;
  thread.on('message', (reply: CheckpointReply) => {
    const caller = waiting.get(reply.id);
    waiting.delete(reply.id);
    if (reply.manifest) caller?.resolve(reply.manifest);
    else if (reply.error) caller?.reject(AuseqError.fromJSON(reply.error));
  });
  thread.on('error', (error) => {
    for (const caller of waiting.values()) caller.reject(AuseqError.from(error));
    waiting.clear();
  });
  return {
    write(state) {
      const id = nextId++;
      const buffers = new Set(state.snapshot.arrays.map((array) => array.data.buffer as ArrayBuffer));
      return new Promise((resolve, reject) => {
        waiting.set(id, { resolve, reject });
        const request: CheckpointRequest = { id, storeUrl, run, state, provenance, deadlineMs };
        thread.postMessage(request, [...buffers]);
      });
    },
    async close() {
      await thread.terminate();
    },
  };
}
