import { type LeafRange, ownerOf, planSubtrees, type Subtree } from '@auseq/proto/plan-leaves';
import type { BlobKey } from '@auseq/proto/subjects';
import type { BlobInbox } from './blob-inbox.js';
import type { BlobOutbox } from './blob-outbox.js';
import { type BufferPool, sumsIn } from './buffer-pool.js';
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
  /** Of sums: the inbox gives back what it forgets. */
  readonly pool: BufferPool;
  readonly now: () => number;
  readonly take: (key: BlobKey) => Promise<Uint8Array>;
}

/**
 * Fills `whole`, fp32 [length], with the sum over all leaves, the same for every member: of each bucket a collector on each
 * host adds up what its host computed, the bucket's owner adds up the hosts, and its sum goes to all (performance facts §9).
 * All of it along the fixed tree over leaves, so the bits depend on nothing but the leaves, and with a bf16 wire also on the hosts.
 */
export async function reduceScatterGather(
  links: ReduceLinks,
  step: number,
  subtrees: readonly SubtreeSum[],
  whole: Float32Array,
): Promise<Float32Array> {
  const { rank, plan, hosts, inbox, outbox, pool, now, take } = links;
  const isOneHost = new Set(hosts).size === 1;
  const wire = wires[isOneHost ? 'fp32' : links.wire];
  const buckets = planBuckets(whole.length, plan.length);
  const here = hosts[rank]!;
  const keep = (key: BlobKey, bytes: Uint8Array) => inbox.put(key, bytes, now());

  const addUp = async (bucket: Bucket, kind: 'part' | 'host', of: readonly Subtree[]): Promise<TreeSum> => {
    const tree = new TreeSum(sumsIn(pool));
    for (const subtree of of) {
      const isRounded = kind === 'host' && hosts[ownerOf(plan, subtree.start)] !== here;
      const bytes = await take(partKey(kind, step, subtree, bucket));
      tree.add(subtree, (isRounded ? wire : wires.fp32).decode(bytes));
    }
    return tree;
  };
  /** What this host computed, by runs of leaves that follow each other. */
  const collect = (bucket: Bucket): Promise<TreeSum[]> => {
    const parts = ranksOn(hosts, here).flatMap((each) => planSubtrees(plan[each]!));
    return Promise.all(contiguousRuns(parts).map((run) => addUp(bucket, 'part', run)));
  };
  const addHosts = (bucket: Bucket, own: readonly TreeSum[]): Promise<TreeSum> => {
    for (const { subtree, sum } of own.flatMap((tree) => tree.subtrees()))
      keep(partKey('host', step, subtree, bucket), wires.fp32.encode(sum));
    const all = [...new Set(hosts)].flatMap((host) => hostSubtrees(plan, hosts, host));
    return addUp(
      bucket,
      'host',
      all.sort((one, other) => one.start - other.start),
    );
  };
  const handOut = (bucket: Bucket, tree: TreeSum): void => {
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
      if (bucket.owner === rank) handOut(bucket, isOneHost ? own[0]! : await addHosts(bucket, own));
      else
        for (const { subtree, sum } of own.flatMap((tree) => tree.subtrees()))
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
