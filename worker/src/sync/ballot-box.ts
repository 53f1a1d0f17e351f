import type { GenerationRecord } from '@auseq/proto/run-records';
import type { Verdict } from './exchange.js';
import { Regrouped } from './regrouped.js';
import type { VoteMessage } from './vote-message.js';

/** A member's vote that waits for its verdict; there is one at a time at most. */
export interface BallotBox {
  readonly open: VoteMessage | null;
  cast(vote: VoteMessage): Promise<Verdict>;
  /** The vote, where it was not sent for so long that it may have been lost. */
  dueAgain(afterMs: number): VoteMessage | null;
  /** Its step was committed. */
  settle(drain: boolean): void;
  /** Whose vote was the last that a commit needed learns of it by the next membership (PROTOCOL 9): its leader may be the one that is lost. */
  close(base: Pick<GenerationRecord, 'baseStep' | 'baseDigest' | 'baseDrain'>): void;
  reject(error: unknown): void;
}

interface OpenVote {
  readonly vote: VoteMessage;
  resolve(verdict: Verdict): void;
  reject(error: unknown): void;
  sentAt: number;
}

/** `onSettled` is told of each vote that became a commit, before its caller is. */
export function createBallotBox(now: () => number, onSettled: (vote: VoteMessage) => void): BallotBox {
  let open: OpenVote | null = null;
  const take = () => {
    const taken = open;
    open = null;
    return taken;
  };
  const settle = (drain: boolean) => {
    const taken = take();
    if (!taken) return;
    onSettled(taken.vote);
    taken.resolve({ drain });
  };
  return {
    get open() {
      return open?.vote ?? null;
    },
    cast: (vote) =>
      new Promise((resolve, reject) => {
        open = { vote, resolve, reject, sentAt: now() };
      }),
    dueAgain(afterMs) {
      if (!open || now() - open.sentAt <= afterMs) return null;
      open.sentAt = now();
      return open.vote;
    },
    settle,
    close({ baseStep, baseDigest, baseDrain }) {
      if (open?.vote.step === baseStep && open.vote.digest === baseDigest) settle(baseDrain);
      else take()?.reject(new Regrouped());
    },
    reject: (error) => take()?.reject(error),
  };
}
