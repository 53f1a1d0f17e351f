import { type LeafRange, ownerOf } from '@auseq/proto/plan-leaves';
import type { BlobKey } from '@auseq/proto/subjects';
import type { BlobInbox } from './blob-inbox.js';
import type { BlobOutbox } from './blob-outbox.js';
import type { HeldBlob } from './exchange.js';
import { lateness } from './lateness.js';
import type { Leader } from './leader.js';
import type { Membership } from './membership.js';
import type { PeerWatch } from './peer-watch.js';
import { collectorOf } from './plan-reduce.js';

/** All that a member has for one generation only. */
export interface Seat {
  readonly membership: Membership;
  readonly plan: readonly LeafRange[];
  readonly outbox: BlobOutbox;
  readonly peers: PeerWatch;
  /** Of rank 0. */
  readonly leader: Leader | null;
}

/**
 * Leaves and their subtrees are held by the leaf's owner, sums of a host by their collector, sums of all by the bucket's
 * owner, the state by its source.
 */
export function holderOf({ plan, membership }: Seat, { kind, part }: BlobKey): number {
  if (kind === 'state') return membership.source;
  const [first, , owner, index] = part.split('-').map(Number);
  if (kind === 'sum') return first!;
  const computed = ownerOf(plan, first!);
  if (kind !== 'host') return computed;
  const { hosts } = membership;
  return collectorOf(hosts, { owner: owner!, index: index! }, hosts[computed]!);
}

/** What is here of the leaves that this member owns. */
export function heldBlobs({ plan, membership }: Seat, inbox: BlobInbox): HeldBlob[] {
  const { start, end } = plan[membership.rank]!;
  return inbox
    .leafBlobs()
    .map(({ key: { kind, step, part }, bytes }) => ({ kind, step, leaf: Number(part), bytes }))
    .filter(({ step, leaf }) => leaf >= start && leaf < end && step >= membership.baseStep);
}

/** Who came how late, by the contribution that follows a leaf's last computation: its gradient, or the record beside its part of the sum. */
export function lateBy({ plan }: Seat, inbox: BlobInbox, step: number): readonly (number | null)[] {
  const at = (kind: 'gradient' | 'record', leaf: number) => inbox.arrivedAt({ kind, step, part: String(leaf) });
  return lateness(plan, (leaf) => at('gradient', leaf) ?? at('record', leaf));
}
