import { Worker } from 'node:worker_threads';
import { AuseqError, type SerialisedError } from '@auseq/proto/errors';
import type { KeeperNotice } from './checkpoint-keeper.js';
import type { CheckpointManifest, RetentionRule } from './checkpoint-layout.js';
import type { TrainingState } from './state-digest.js';

export interface WriterOptions {
  readonly storeUrl: string;
  readonly run: string;
  readonly provenance: Readonly<Record<string, string>>;
  readonly rule: RetentionRule;
  /** Limit 0: no spool. */
  readonly spool: { readonly folder: string; readonly limitBytes: number };
}

export type CheckpointRequest =
  | { readonly id: number; readonly kind: 'start' }
  | { readonly id: number; readonly kind: 'write'; readonly state: TrainingState }
  | { readonly id: number; readonly kind: 'settle'; readonly deadlineMs: number };

export interface WrittenCheckpoint {
  readonly manifest: CheckpointManifest;
  /** It is on the local disk; a notice follows when it has reached the store. */
  readonly spooled: boolean;
}

export type CheckpointReply =
  | { readonly id: number; readonly written?: WrittenCheckpoint; readonly error?: SerialisedError }
  | { readonly notice: KeeperNotice };

export interface CheckpointWriter {
  /** Uploads what an earlier process of this run left on this machine; only the one member that writes may ask for it. */
  start(): Promise<void>;
  /** Takes over the snapshot's buffers (they are transferred) and resolves when the checkpoint is stored or spooled. */
  write(state: TrainingState): Promise<WrittenCheckpoint>;
  /** Waits for uploads. Throws AU_CHECKPOINT_SPOOLED. */
  settle(deadlineMs: number): Promise<void>;
  close(): Promise<void>;
}

type Order = CheckpointRequest extends infer R ? (R extends unknown ? Omit<R, 'id'> : never) : never;

/** Starts the thread that hashes and stores the checkpoints of one run. */
export function createCheckpointWriter(
  options: WriterOptions,
  onNotice: (notice: KeeperNotice) => void,
): CheckpointWriter {
  const thread = new Worker(new URL('./checkpoint-thread.js', import.meta.url), { workerData: options });
  const waiting = new Map<number, { resolve(written?: WrittenCheckpoint): void; reject(error: Error): void }>();
  let nextId = 0;
  thread.on('message', (reply: CheckpointReply) => {
    if ('notice' in reply) return onNotice(reply.notice);
    const caller = waiting.get(reply.id);
    waiting.delete(reply.id);
    if (reply.error) caller?.reject(AuseqError.fromJSON(reply.error));
    else caller?.resolve(reply.written);
  });
  thread.on('error', (error) => {
    for (const caller of waiting.values()) caller.reject(AuseqError.from(error));
    waiting.clear();
  });
  const ask = (order: Order, buffers: ArrayBuffer[] = []) =>
    new Promise<WrittenCheckpoint | undefined>((resolve, reject) => {
      const id = nextId++;
      waiting.set(id, { resolve, reject });
      thread.postMessage({ ...order, id } satisfies CheckpointRequest, buffers);
    });
  return {
    async start() {
      await ask({ kind: 'start' });
    },
    async write(state) {
      const buffers = new Set(state.snapshot.arrays.map((array) => array.data.buffer as ArrayBuffer));
      return (await ask({ kind: 'write', state }, [...buffers])) as WrittenCheckpoint;
    },
    async settle(deadlineMs) {
      await ask({ kind: 'settle', deadlineMs });
    },
    async close() {
      await thread.terminate();
    },
  };
}
