/**
 * Every NATS subject. The generation is part of each subject of the data plane, so a delivery of an older membership
 * cannot enter a newer one (PROTOCOL 10). A run's name holds no dot.
 *
 *   au.RUN.gN.hb.RANK              heartbeat
 *   au.RUN.gN.all.KIND.STEP.PART   chunk of a blob for every member
 *   au.RUN.gN.far.RANK.KIND.STEP.PART  the same for all but those that share the memory of member RANK, the lowest that does
 *   au.RUN.gN.to.RANK.KIND.STEP.PART  chunk of a blob for one member
 *   au.RUN.gN.near.RANK            a blob for one member lies in the memory that it shares with its sender
 *   au.RUN.gN.ack.RANK             chunks received, told to their sender
 *   au.RUN.gN.need.RANK            chunks missing, asked of their holder
 *   au.RUN.gN.vote                 a member's digest of a step
 *   au.RUN.gN.commit               a step is committed (after its record is stored)
 *   au.RUN.membership              a generation begins (after its record is stored)
 *   run.RUN.commit                 stored: commit records and membership records, by compare-and-swap
 *   run.RUN.event.KIND             stored: everything `runs watch` shows beside the commits
 */
const prefix = (run: string, generation: number) => `au.${run}.g${generation}`;

export const blobKinds = ['features', 'gradient', 'record', 'part', 'host', 'sum', 'state'] as const;
export type BlobKind = (typeof blobKinds)[number];

/** Names one blob within a generation; `part` is a leaf, a bucket, or a subtree and a bucket. */
export interface BlobKey {
  readonly kind: BlobKind;
  readonly step: number;
  readonly part: string;
}

const blob = ({ kind, step, part }: BlobKey) => `${kind}.${step}.${part}`;

/** Subjects of one generation of a run. */
export function generationSubjects(run: string, generation: number) {
  const base = prefix(run, generation);
  return {
    heartbeat: (rank: number) => `${base}.hb.${rank}`,
    heartbeats: `${base}.hb.*`,
    toAll: (key: BlobKey) => `${base}.all.${blob(key)}`,
    allBlobs: `${base}.all.>`,
    toFar: (lowest: number, key: BlobKey) => `${base}.far.${lowest}.${blob(key)}`,
    farFrom: (lowest: number) => `${base}.far.${lowest}.>`,
    near: (rank: number) => `${base}.near.${rank}`,
    toOne: (rank: number, key: BlobKey) => `${base}.to.${rank}.${blob(key)}`,
    blobsTo: (rank: number) => `${base}.to.${rank}.>`,
    ack: (rank: number) => `${base}.ack.${rank}`,
    need: (rank: number) => `${base}.need.${rank}`,
    vote: `${base}.vote`,
    commit: `${base}.commit`,
  };
}

/** The blob a chunk's subject names, or null for a subject of another shape. */
export function parseBlobSubject(subject: string): BlobKey | null {
  const tokens = subject.split('.').slice(3);
  const [kind, step, part] = tokens[0] === 'all' ? tokens.slice(1) : tokens.slice(2);
  if (!blobKinds.includes(kind as BlobKind) || part === undefined || !/^\d+$/.test(step ?? '')) return null;
  return { kind: kind as BlobKind, step: Number(step), part };
}

/** Where a new generation is told, whatever generation a member is in. */
export const membershipSubject = (run: string) => `au.${run}.membership`;

/** What the coordinator listens to, over all runs. */
export const clusterSubjects = {
  heartbeats: 'au.*.*.hb.*',
  commits: 'au.*.*.commit',
  memberships: 'au.*.membership',
  checkpoints: 'run.*.event.checkpoint',
} as const;

/** Run, generation and rank of a data-plane subject, or null. */
export function parseGenerationSubject(subject: string): { run: string; generation: number; last: string } | null {
  const tokens = subject.split('.');
  const generation = /^g(\d+)$/.exec(tokens[2] ?? '')?.[1];
  if (tokens[0] !== 'au' || !tokens[1] || generation === undefined) return null;
  return { run: tokens[1], generation: Number(generation), last: tokens.at(-1)! };
}

/** The stream that stores commits and events, and the bucket that holds the runs' records. */
export const runStream = { name: 'AUSEQ_RUNS', subjects: ['run.>'] } as const;
export const runBucket = 'auseq_runs';
/** The lease of the coordinator that leads: its key's value is `HOST:PORT#PID`, where it serves. */
export const coordinatorLease = { bucket: 'auseq_lease', key: 'coordinator' } as const;
export const commitSubject = (run: string) => `run.${run}.commit`;
export const eventSubject = (run: string, kind: string) => `run.${run}.event.${kind}`;
export const everythingOf = (run: string) => `run.${run}.>`;
