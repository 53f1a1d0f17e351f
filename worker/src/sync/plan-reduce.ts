import { type LeafRange, planSubtrees, type Subtree } from '@auseq/proto/plan-leaves';

/** A range of elements of the flat gradient that one member adds up over all leaves and hands out. */
export interface Bucket {
  readonly owner: number;
  /** Among those of its owner. */
  readonly index: number;
  readonly start: number;
  readonly end: number;
}

/** 8 MB of fp32: small enough that sums of one travel while parts of the next arrive (performance facts §9.2). */
export const bucketFloats = 2 * 1024 * 1024;

/**
 * Cuts `length` elements into one contiguous shard per member, sizes differing by at most one, and each shard into
 * buckets of at most `largest`; the first buckets of all owners come first, so that no owner waits for another's last. Pure.
 */
export function planBuckets(length: number, members: number, largest = bucketFloats): Bucket[] {
  const border = (rank: number) => Math.floor((length * rank) / members);
  const buckets = Array.from({ length: members }, (_, owner) => {
    const [start, end] = [border(owner), border(owner + 1)];
    const count = Math.ceil((end - start) / largest);
    return Array.from({ length: count }, (_, index): Bucket => {
      const from = start + index * largest;
      return { owner, index, start: from, end: Math.min(end, from + largest) };
    });
  }).flat();
  return buckets.sort((one, other) => one.index - other.index || one.owner - other.owner);
}

/**
 * The member that adds up what its host computed of a bucket before anything leaves the host: the owner on its own host,
 * elsewhere the members by turns. `hosts` = each rank's host. Pure.
 */
export function collectorOf(hosts: readonly string[], { owner, index }: Pick<Bucket, 'owner' | 'index'>, host: string) {
  if (hosts[owner] === host) return owner;
  const ranks = ranksOn(hosts, host);
  return ranks[(owner + index) % ranks.length]!;
}

/** The ranks that share a host's memory, in order. */
export function ranksOn(hosts: readonly string[], host: string): number[] {
  return hosts.flatMap((each, rank) => (each === host ? [rank] : []));
}

/** Subtrees in the order in which they are added up, those whose leaves follow each other as one run. */
export function contiguousRuns(subtrees: readonly Subtree[]): Subtree[][] {
  const runs: Subtree[][] = [];
  let end = -1;
  for (const subtree of [...subtrees].sort((one, other) => one.start - other.start)) {
    if (subtree.start === end) runs.at(-1)!.push(subtree);
    else runs.push([subtree]);
    end = subtree.start + subtree.size;
  }
  return runs;
}

/** The maximal aligned subtrees of all leaves that a host's members computed: what a collector sends on. Pure. */
export function hostSubtrees(plan: readonly LeafRange[], hosts: readonly string[], host: string): Subtree[] {
  const parts = ranksOn(hosts, host).flatMap((rank) => planSubtrees(plan[rank]!));
  return contiguousRuns(parts).flatMap((run) => {
    const last = run.at(-1)!;
    return planSubtrees({ start: run[0]!.start, end: last.start + last.size });
  });
}
