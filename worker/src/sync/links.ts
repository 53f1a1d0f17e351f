import type { RunHistory } from '@auseq/infra/history/run-history';
import type { Heartbeat } from '@auseq/proto/heartbeat-rules';
import type { CommitNotice, GenerationRecord } from '@auseq/proto/run-records';
import type { BlobKey } from '@auseq/proto/subjects';
import type { AckMessage, NearMessage, NeedMessage } from './blob-messages.js';
import type { ChunkFrame } from './chunk-frame.js';
import type { Membership } from './membership.js';
import type { SharedMemory } from './shared-memory.js';
import type { VoteMessage } from './vote-message.js';

export interface LinkHandlers {
  onChunk(key: BlobKey, frame: ChunkFrame): void;
  onNear(message: NearMessage): void;
  onAck(ack: AckMessage): void;
  onNeed(need: NeedMessage): void;
  onVote(vote: VoteMessage): void;
  onCommit(notice: CommitNotice): void;
  onHeartbeat(rank: number): void;
  /** A generation has begun. */
  onMembership(record: GenerationRecord): void;
  /** NATS went away (false) or is back (true). */
  onBroker(connected: boolean): void;
}

export interface LinkOptions {
  readonly natsUrl: string;
  readonly run: string;
  readonly worker: string;
}

/** What a member says to the others, to the coordinator and to the history; NATS in life, a simulated network in tests. */
export interface Links {
  readonly history: Pick<RunHistory, 'last' | 'append' | 'publishEvent'>;
  /** Null where this process shares its memory with no other. */
  readonly memory: SharedMemory | null;
  /** From here on only the subjects of this generation are heard and spoken to. */
  enter(membership: Pick<Membership, 'generation' | 'rank' | 'hosts'>): void;
  /** Nothing of any generation is heard until the next one is entered. */
  leave(): void;
  publishBlob(subject: string, frame: readonly Uint8Array[]): void;
  sendNear(to: number, message: NearMessage): void;
  sendAck(to: number, ack: AckMessage): void;
  sendNeed(to: number, need: NeedMessage): void;
  sendVote(vote: VoteMessage): void;
  sendCommit(notice: CommitNotice): void;
  sendHeartbeat(beat: Heartbeat): void;
  sendMembership(record: GenerationRecord): void;
  /** What was said last (a verdict, a last commit) still leaves; without NATS only for a moment. */
  close(): Promise<void>;
}
