import { type LeafRange, planSubtrees, type Subtree } from '@auseq/proto/plan-leaves';
import type { BlobKey } from '@auseq/proto/subjects';
import type { BlobInbox } from './blob-inbox.js';
import type { BlobOutbox } from './blob-outbox.js';
import { type Bucket, collectorOf, contiguousRuns, hostSubtrees, planBuckets, ranksOn } from './plan-reduce.js';
import { type SubtreeSum, TreeSum } from './tree-sum.js';
import { type WireName, wires } from './wire.js';

export interface ReduceLinks {
  readonly rank: number;
  readonly plan: readonly LeafRange[];
  /** By rank: members of one host share its memory. */
  readonly hosts: readonly string[];
  /** Between hosts; within one nothing is rounded. */
  readonly wire: WireName;
  readonly inbox: BlobInbox;
  readonly outbox: BlobOutbox;
  readonly now: () => number;
  readonly take: (key: BlobKey) => Promise<Uint8Array>;
}

/**
 * The sum over all leaves, fp32 [length], the same for every member: of each bucket a collector on each host adds up what
 * its host computed, the bucket's owner adds up the hosts, and its sum goes to all (performance facts §9). All of it along
 * the fixed tree over leaves, so the bits depend on nothing but the leaves, and with a bf16 wire also on the hosts.
 */
export async function reduceScatterGather(
  links: ReduceLinks,
  step: number,
  length: number,
  subtrees: readonly SubtreeSum[],
): Promise<Float32Array> {
  const { rank, plan, hosts, inbox, outbox, now, take } = links;
  const isOneHost = new Set(hosts).size === 1;
  const wire = wires[isOneHost ? 'fp32' : links.wire];
  const buckets = planBuckets(length, plan.length);
  const whole = new Float32Array(new SharedArrayBuffer(length * Float32Array.BYTES_PER_ELEMENT));
  const here = hosts[rank]!;
  const keep = (key: BlobKey, bytes: Uint8Array) => inbox.put(key, bytes, now());

  const addUp = async (bucket: Bucket, kind: 'part' | 'host', of: readonly Subtree[]): Promise<SubtreeSum[]> => {
    const tree = new TreeSum();
    for (const subtree of of) {
      const bytes = await take(partKey(kind, step, subtree, bucket));
      tree.add(subtree, operand(subtree, (kind === 'part' ? wires.fp32 : wire).decode(bytes)));
    }
    return [...tree.subtrees()];
  };
  const collect = async (bucket: Bucket): Promise<SubtreeSum[]> => {
    const parts = ranksOn(hosts, here).flatMap((each) => planSubtrees(plan[each]!));
    return (await Promise.all(contiguousRuns(parts).map((run) => addUp(bucket, 'part', run)))).flat();
  };
  const finish = async (bucket: Bucket, own: readonly SubtreeSum[]): Promise<void> => {
    for (const { subtree, sum } of own) keep(partKey('host', step, subtree, bucket), wires.fp32.encode(sum));
    const ownStarts = new Set(own.map(({ subtree }) => subtree.start));
    const all = [...new Set(hosts)].flatMap((host) => hostSubtrees(plan, hosts, host));
    const tree = new TreeSum();
    for (const subtree of all.sort((one, other) => one.start - other.start)) {
      const bytes = await take(partKey('host', step, subtree, bucket));
      const sum = (ownStarts.has(subtree.start) ? wires.fp32 : wire).decode(bytes);
      tree.add(subtree, operand(subtree, sum));
    }
    const bytes = wire.encode(tree.total());
    keep(sumKey(step, bucket), bytes);
    outbox.toAll(sumKey(step, bucket), bytes);
  };

  for (const bucket of buckets) {
    const collector = collectorOf(hosts, bucket, here);
    for (const { subtree, sum } of subtrees) {
      const bytes = wires.fp32.encode(sum.subarray(bucket.start, bucket.end));
      const key = partKey('part', step, subtree, bucket);
      if (collector === rank) keep(key, bytes);
      else outbox.toOne(collector, key, bytes);
    }
  }
  const reduce = async (bucket: Bucket): Promise<void> => {
    if (collectorOf(hosts, bucket, here) === rank) {
      const own = await collect(bucket);
      if (bucket.owner === rank) await finish(bucket, own);
      else
        for (const { subtree, sum } of own)
          outbox.toOne(bucket.owner, partKey('host', step, subtree, bucket), wire.encode(sum));
    }
    whole.set(wire.decode(await take(sumKey(step, bucket))), bucket.start);
  };
  await Promise.all(buckets.map(reduce));
  return whole;
}

const partKey = (kind: 'part' | 'host', step: number, { start, size }: Subtree, { owner, index }: Bucket): BlobKey => ({
  kind,
  step,
  part: `${start}-${size}-${owner}-${index}`,
});

const sumKey = (step: number, { owner, index }: Bucket): BlobKey => ({ kind: 'sum', step, part: `${owner}-${index}` });

/** A left sibling is added into, and what was received may still be sent again: only those are copied. */
function operand({ start, size }: Subtree, sum: Float32Array): Float32Array {
  return (start / size) % 2 === 0 ? sum.slice() : sum;
}
