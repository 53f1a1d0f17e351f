import { AuseqError } from '@auseq/proto/errors';
import type { CommitNotice, CommitRecord } from '@auseq/proto/run-records';
import type { Ballot } from './exchange.js';
import type { Links } from './links.js';
import { tallyVotes } from './tally.js';
import type { VoteMessage } from './vote-message.js';

export interface LeaderOptions {
  readonly run: string;
  readonly generation: number;
  readonly members: readonly string[];
  readonly hosts: readonly string[];
  readonly history: () => Links['history'];
  /** Said to everyone, this member included. */
  readonly announce: (notice: CommitNotice) => void;
  /** Who came how late with a step (its index), by rank. */
  readonly late: (step: number) => readonly (number | null)[];
  /** Another membership has written the history: this leader decides nothing any more. */
  readonly onOvertaken: () => void;
  readonly fail: (error: unknown) => void;
  /** Keeps trying while NATS is away; false once that has lasted too long. */
  readonly mayWait: () => boolean;
  readonly pause: (ms: number) => Promise<void>;
  readonly time: () => string;
}

const retryMs = 100;

/** The lowest member: counts votes, stores the commit record by compare-and-swap, and tells everyone. */
export class Leader {
  private readonly votes = new Map<number, Map<number, VoteMessage>>();
  private readonly ballots = new Map<number, Ballot>();
  private readonly notices = new Map<number, CommitNotice>();
  private deciding = Promise.resolve();
  private expected: number | null = null;

  constructor(private readonly options: LeaderOptions) {}

  onVote(vote: VoteMessage): void {
    const notice = this.notices.get(vote.step);
    if (notice) {
      this.options.announce(notice); // the voter missed it
      return;
    }
    const votes = this.votes.get(vote.step) ?? new Map<number, VoteMessage>();
    this.votes.set(vote.step, votes.set(vote.from, vote));
    this.decideWhenComplete(vote.step);
  }

  onOwnBallot(ballot: Ballot, vote: VoteMessage): void {
    this.ballots.set(ballot.step, ballot);
    this.onVote(vote);
  }

  private decideWhenComplete(step: number): void {
    const ballot = this.ballots.get(step);
    const votes = this.votes.get(step);
    if (!ballot || !votes) return;
    const digests = new Map([...votes.values()].map(({ from, digest }) => [from, digest]));
    const tally = tallyVotes(this.options.members.length, digests);
    if (tally.outcome === 'open') return;
    this.ballots.delete(step);
    this.votes.delete(step);
    const drain = [...votes.values()].some((vote) => vote.drain);
    if (tally.outcome === 'agreed') {
      this.deciding = this.deciding.then(() => this.commit(ballot, drain)).catch(this.options.fail);
    } else {
      const byName = [...digests].map(([rank, digest]) => [this.options.members[rank], digest]);
      // Not kept: after a change of membership the same step is voted on again.
      this.options.announce({ ...noticeOf(ballot, drain), mismatch: Object.fromEntries(byName) });
    }
  }

  private async commit(ballot: Ballot, drain: boolean): Promise<void> {
    const { run, generation, members, hosts, time } = this.options;
    const { closing = false, ...step } = ballot;
    if (closing) return this.tell(noticeOf(ballot, drain));
    const late = this.options.late(step.step - 1);
    const record: CommitRecord = {
      type: 'commit',
      run,
      generation,
      members,
      hosts,
      ...step,
      late,
      drain,
      time: time(),
    };
    for (;;) {
      try {
        if (await this.store(record)) return this.tell({ ...noticeOf(ballot, drain), late });
        return this.options.onOvertaken();
      } catch (error) {
        const away = error instanceof AuseqError && error.code === 'AU_NATS_UNREACHABLE';
        if (!away || !this.options.mayWait()) throw error;
        await this.options.pause(retryMs);
      }
    }
  }

  /** True once the record is the last one, also when an earlier attempt had stored it and only its answer was lost. */
  private async store(record: CommitRecord): Promise<boolean> {
    if (this.expected === null) {
      const last = await this.options.history().last(record.run);
      if (last && isSame(last.record, record)) {
        this.expected = last.sequence;
        return true;
      }
      if (last?.record.generation !== record.generation) return false;
      this.expected = last.sequence;
    }
    const expected = this.expected;
    this.expected = null; // unknown until an answer is here
    this.expected = await this.options.history().append(record, expected);
    if (this.expected !== null) return true;
    const last = await this.options.history().last(record.run);
    if (!last || !isSame(last.record, record)) return false;
    this.expected = last.sequence;
    return true;
  }

  private tell(notice: CommitNotice): void {
    this.notices.set(notice.step, notice);
    this.notices.delete(notice.step - 4);
    this.options.announce(notice);
  }
}

function isSame(stored: { type: string; generation: number }, record: CommitRecord): boolean {
  const commit = stored as CommitRecord;
  return (
    commit.type === 'commit' &&
    commit.generation === record.generation &&
    commit.step === record.step &&
    commit.digest === record.digest
  );
}

function noticeOf({ step, totalSteps, digest, sequences, seconds }: Ballot, drain: boolean): CommitNotice {
  return { step, totalSteps, digest, drain, sequences, seconds, late: [] };
}
