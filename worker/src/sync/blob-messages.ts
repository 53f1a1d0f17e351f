import type { BlobKey } from '@auseq/proto/subjects';

/** Chunks of a blob that a member has; its sender may send on. */
export interface AckMessage {
  readonly from: number;
  readonly key: BlobKey;
  readonly received: number;
}

/** Chunks that a member misses; null = all, it has seen none. */
export interface NeedMessage {
  readonly from: number;
  readonly key: BlobKey;
  readonly missing: readonly number[] | null;
}

/** A blob for one member, in the memory that it shares with the sender. */
export interface NearMessage {
  readonly from: number;
  readonly key: BlobKey;
  readonly path: string;
  /** Of the blob in that file, which may hold another by now. */
  readonly name: string;
  readonly size: number;
}

export const keyText = ({ kind, step, part }: BlobKey) => `${kind}.${step}.${part}`;

/** Blobs below this need no credit: all of one step together are far below what a connection may hold. */
export const creditFreeBytes = 64 * 1024;

/** Chunks between two acks of a large blob. */
export const ackEvery = 4;

const creditBytes = 16 * 1024 * 1024;

/** Chunks a lane may have on the way: all senders together stay below half of a subscriber's limit of 64 MiB. */
export function laneWindow(members: number, chunk: number): number {
  return Math.max(2 * ackEvery, Math.floor(creditBytes / chunk / Math.max(1, members)));
}
