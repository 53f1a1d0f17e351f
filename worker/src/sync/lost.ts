import { AuseqError } from '@auseq/proto/errors';

/** Why an exchange cannot go on, as coded errors. */
export function peerLost(
  run: string,
  worker: string,
  { silentMs, everHeard }: { silentMs: number; everHeard: boolean },
): AuseqError {
  const seconds = (silentMs / 1000).toFixed(1);
  return new AuseqError('AU_WORKER_LOST', {
    what: `${worker} is lost`,
    why: everHeard ? `it was silent for ${seconds} s` : `it was never heard in ${seconds} s`,
    try: `auseq runs show ${run}; the run goes on from its newest checkpoint when enough workers are attached`,
    where: run,
  });
}

/** The others go on without this worker, rightly or wrongly; it may join again. */
export function removed(run: string, worker: string, reason: string): AuseqError {
  return new AuseqError('AU_WORKER_LOST', {
    what: `${worker} is no member of run ${run} any more`,
    why: reason,
    try: `auseq runs show ${run}`,
    where: run,
  });
}

export function brokerAway(url: string, awayMs: number): AuseqError {
  return new AuseqError('AU_NATS_UNREACHABLE', {
    what: `NATS at ${url} stayed away`,
    why: `nothing was heard of it for ${Math.round(awayMs / 1000)} s`,
    try: 'auseq status shows whether nats-server runs',
  });
}

/** Two workers that disagree cannot know who is right: the run stops and keeps its last good checkpoint (PROTOCOL 8). */
export function votesSplit(run: string, step: number, votes: Readonly<Record<string, string>>): AuseqError {
  const said = Object.entries(votes).map(([worker, digest]) => `${worker} ${digest.slice(0, 12)}`);
  return new AuseqError('AU_VOTE_MISMATCH', {
    what: `the workers disagree about step ${step}`,
    why: `their digests differ: ${said.join(', ')}`,
    try: `auseq doctor on each machine (CPU or GPU, TensorFlow build), then auseq runs resume ${run}`,
    where: `${run} step ${step}`,
  });
}
