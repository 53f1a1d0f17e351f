import { type LeafRange, planSubtrees, type Subtree } from '@auseq/proto/plan-leaves';
import type { BlobKey } from '@auseq/proto/subjects';
import type { BlobInbox } from './blob-inbox.js';
import type { BlobOutbox } from './blob-outbox.js';
import { planShards, type Shard } from './shards.js';
import { type SubtreeSum, TreeSum } from './tree-sum.js';

export interface ReduceLinks {
  readonly rank: number;
  readonly plan: readonly LeafRange[];
  readonly inbox: BlobInbox;
  readonly outbox: BlobOutbox;
  readonly now: () => number;
  readonly take: (key: BlobKey) => Promise<Uint8Array>;
}

/**
 * The sum over all leaves, fp32 [length]: every member sends each of its subtree sums, cut into shards, to the shards' owners;
 * an owner adds its shard up along the fixed tree and fans the result out (performance facts §9). The bits depend on nothing but the leaves.
 */
export async function reduceScatterGather(
  links: ReduceLinks,
  step: number,
  length: number,
  subtrees: readonly SubtreeSum[],
): Promise<Float32Array> {
  const { rank, plan, inbox, outbox, now, take } = links;
  const shards = planShards(length, plan.length);
  const partKey = ({ start, size }: Subtree): BlobKey => ({ kind: 'part', step, part: `${start}-${size}` });
  const sumKey = (owner: number): BlobKey => ({ kind: 'sum', step, part: String(owner) });

  for (const [owner, shard] of shards.entries()) {
    for (const { subtree, sum } of subtrees) {
      const bytes = bytesOf(sum, shard);
      if (owner === rank) inbox.put(partKey(subtree), bytes, now());
      else outbox.toOne(owner, partKey(subtree), bytes);
    }
  }

  const own = new TreeSum();
  for (const subtree of plan.flatMap(planSubtrees)) {
    own.add(subtree, floatsOf(await take(partKey(subtree))));
  }
  const ownSum = own.total();
  const ownBytes = new Uint8Array(ownSum.buffer, ownSum.byteOffset, ownSum.byteLength);
  inbox.put(sumKey(rank), ownBytes, now());
  outbox.toAll(sumKey(rank), ownBytes);

  const whole = new Float32Array(new SharedArrayBuffer(length * Float32Array.BYTES_PER_ELEMENT));
  for (const [owner, { start }] of shards.entries()) whole.set(floatsOf(await take(sumKey(owner))), start);
  return whole;
}

function bytesOf(array: Float32Array, { start, end }: Shard): Uint8Array {
  const width = Float32Array.BYTES_PER_ELEMENT;
  return new Uint8Array(array.buffer, array.byteOffset + start * width, (end - start) * width);
}

/** A copy: what was received may still be sent again, and sums are formed in place. */
function floatsOf(bytes: Uint8Array): Float32Array {
  const floats = new Float32Array(bytes.byteLength / Float32Array.BYTES_PER_ELEMENT);
  new Uint8Array(floats.buffer).set(bytes);
  return floats;
}
