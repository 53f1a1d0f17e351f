import { Worker } from 'node:worker_threads';
import { AuseqError, type SerialisedError } from '@auseq/proto/errors';
import type { KeeperNotice, WrittenCheckpoint } from './checkpoint-keeper.js';
import type { RetentionRule } from './checkpoint-layout.js';
import type { PartShare } from './checkpoint-parts.js';
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
  | { readonly id: number; readonly kind: 'write'; readonly state: TrainingState; readonly share: PartShare }
  | { readonly id: number; readonly kind: 'settle'; readonly deadlineMs: number };

export type CheckpointReply =
  | {
      readonly id: number;
      readonly written?: WrittenCheckpoint;
      readonly shared?: number;
      readonly error?: SerialisedError;
    }
  | { readonly notice: KeeperNotice };

export interface CheckpointWriter {
  /** Uploads what an earlier process of this run left on this machine; only the one member that writes may ask for it. */
  start(): Promise<void>;
  /** Takes over the snapshot's buffers (they are transferred) and resolves when the checkpoint is stored or spooled. */
  write(state: TrainingState, members: number): Promise<WrittenCheckpoint>;
  /** Likewise, for the parts of a member that is not the writer; resolves with how many it wrote. Throws what the store throws. */
  share(state: TrainingState, share: PartShare): Promise<number>;
  /** Waits for uploads. Throws AU_CHECKPOINT_SPOOLED. */
  settle(deadlineMs: number): Promise<void>;
  close(): Promise<void>;
}

type Answer = Pick<Exclude<CheckpointReply, { readonly notice: KeeperNotice }>, 'written' | 'shared'>;

type Order = CheckpointRequest extends infer R ? (R extends unknown ? Omit<R, 'id'> : never) : never;

/** Starts the thread that hashes and stores the checkpoints of one run. */
export function createCheckpointWriter(
  options: WriterOptions,
  onNotice: (notice: KeeperNotice) => void,
): CheckpointWriter {
  const thread = new Worker(new URL('./checkpoint-thread.js', import.meta.url), { workerData: options });
  const waiting = new Map<number, { resolve(reply: Answer): void; reject(error: Error): void }>();
  let nextId = 0;
  thread.on('message', (reply: CheckpointReply) => {
    if ('notice' in reply) return onNotice(reply.notice);
    const caller = waiting.get(reply.id);
    waiting.delete(reply.id);
    if (reply.error) caller?.reject(AuseqError.fromJSON(reply.error));
    else caller?.resolve(reply);
  });
  thread.on('error', (error) => {
    for (const caller of waiting.values()) caller.reject(AuseqError.from(error));
    waiting.clear();
  });
  const ask = (order: Order, buffers: ArrayBuffer[] = []) =>
    new Promise<Answer>((resolve, reject) => {
      const id = nextId++;
      waiting.set(id, { resolve, reject });
      thread.postMessage({ ...order, id } satisfies CheckpointRequest, buffers);
    });
  return {
    async start() {
      await ask({ kind: 'start' });
    },
    async write(state, members) {
      const { written } = await ask({ kind: 'write', state, share: { rank: 0, members } }, buffersOf(state));
      return written!;
    },
    async share(state, share) {
      return (await ask({ kind: 'write', state, share }, buffersOf(state))).shared!;
    },
    async settle(deadlineMs) {
      await ask({ kind: 'settle', deadlineMs });
    },
    async close() {
      await thread.terminate();
    },
  };
}

function buffersOf({ snapshot }: TrainingState): ArrayBuffer[] {
  return [...new Set(snapshot.arrays.map(({ data }) => data.buffer as ArrayBuffer))];
}
