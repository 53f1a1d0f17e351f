import type { BlobKind } from '@auseq/proto/subjects';
import type { Membership } from './membership.js';
import type { SubtreeSum } from './tree-sum.js';

/** A member's vote on one step, with all that the commit record needs should this member lead. */
export interface Ballot {
  /** Steps taken after this one. */
  readonly step: number;
  readonly totalSteps: number;
  readonly digest: string;
  /** This member wants to stop after this step. */
  readonly drain: boolean;
  readonly losses: Readonly<Record<string, number>>;
  readonly leaves: readonly unknown[];
  readonly sequences: number;
  readonly seconds: number;
  /** No step: the vote that everything is stored and all may leave. */
  readonly closing?: boolean;
}

export interface Verdict {
  /** Some member asked to stop: all stop after this step. */
  readonly drain: boolean;
}

/** A contribution that is here already: of this member, or of one that was lost since. */
export interface HeldBlob {
  readonly kind: BlobKind;
  readonly step: number;
  readonly leaf: number;
  readonly bytes: Uint8Array;
}

/** A generation as its member enters it. */
export interface Entered extends Membership {
  /** Contributions of its leaves that need not be computed again. */
  readonly held: readonly HeldBlob[];
}

/**
 * How members give each other what a step needs. A split vote or a lost broker rejects every wait, coded; a change of
 * membership rejects it with Regrouped.
 */
export interface Exchange {
  /**
   * Accepts the newest membership, for one that joins once it has one: from here on waits belong to it. Where the others go
   * on without this member it says so, with the digest of the last commit that it has taken, and waits to be taken back.
   */
  enter(onOutside?: (holds: string | null) => void): Promise<Entered>;
  /** Gives the state to those who have none. Returns at once. */
  giveState(step: number, bytes: Uint8Array): void;
  takeState(step: number): Promise<Uint8Array>;
  /** Sends a leaf's contribution to everyone; it can be collected here too. Returns at once. */
  offer(kind: BlobKind, step: number, leaf: number, bytes: Uint8Array): void;
  /** The contributions of all leaves, in leaf order, when all are here. */
  collect(kind: BlobKind, step: number): Promise<Uint8Array[]>;
  /** The sum over all leaves: takes this member's subtree sums ([length] each), gives the same bits to everyone. */
  sum(step: number, length: number, subtrees: readonly SubtreeSum[]): Promise<Float32Array>;
  /** Votes; resolves once every member voted the same and the commit record is stored. */
  decide(ballot: Ballot): Promise<Verdict>;
}
