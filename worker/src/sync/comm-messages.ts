import type { SerialisedError } from '@auseq/proto/errors';
import type { BlobKind } from '@auseq/proto/subjects';
import type { CommOptions } from './comm-node.js';
import type { Ballot } from './exchange.js';
import type { SubtreeSum } from './tree-sum.js';

/** What the comm thread is started with. */
export interface CommThreadData {
  readonly options: CommOptions;
  readonly progress: SharedArrayBuffer;
  /** End the process when its parent is gone, also while the main thread computes. */
  readonly endWithParent: boolean;
}

export type CommCall =
  | { call: 'enter' }
  | { call: 'takeState'; generation: number; step: number }
  | { call: 'collect'; generation: number; kind: BlobKind; step: number }
  | { call: 'sum'; generation: number; step: number; length: number; subtrees: readonly SubtreeSum[] }
  | { call: 'decide'; generation: number; ballot: Ballot }
  | { call: 'flush' };

export type CommRequest =
  | { type: 'offer'; kind: BlobKind; step: number; leaf: number; bytes: Uint8Array }
  | { type: 'giveState'; generation: number; step: number; bytes: Uint8Array }
  | { type: 'emit'; kind: string; fields: Readonly<Record<string, unknown>> }
  | { type: 'call'; id: number; call: CommCall };

export type CommReply =
  | { type: 'ready' }
  | { type: 'outside'; holds: string | null }
  | { type: 'failed'; error: SerialisedError }
  | { type: 'value'; id: number; value: unknown }
  | { type: 'regrouped'; id: number }
  | { type: 'error'; id: number; error: SerialisedError };
