import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import { type NatsFixture, startNats } from '@auseq/infra/nats/nats.fixture';
import { AuseqError } from '@auseq/proto/errors';
import type { GenerationRecord } from '@auseq/proto/run-records';
import type { SyncMode } from '../step/context.js';
import type { EngineSnapshot, StepEngine } from '../step/engine.js';
import { type LoopCommit, runStepLoop } from '../step/loop.js';
import { Progress } from '../step/progress.js';
import { createToyEngine, type ToyOptions, toyDigest } from '../step/toy-engine.fixture.js';
import { startComm } from './comm-client.js';

interface Outcome {
  readonly digests: readonly string[];
  readonly ends: readonly PromiseSettledResult<'completed' | 'drained' | 'died'>[];
  readonly commits: readonly LoopCommit[];
  /** Who stored the end's results. */
  readonly written: readonly number[];
  readonly returns: readonly Return[];
  readonly last: EngineSnapshot;
}

interface Trial {
  readonly sync: SyncMode;
  readonly members: number;
  readonly steps: number;
  readonly toy?: Partial<ToyOptions>;
  readonly toyOf?: (rank: number) => Partial<ToyOptions>;
  readonly drainAt?: { rank: number; step: number };
  readonly onCommit?: (rank: number, commit: LoopCommit) => Promise<void>;
  readonly startDelayMs?: (rank: number) => number;
  /** The state to go on from. */
  readonly base?: EngineSnapshot;
  /** Members that vanish while they compute a step (counted from 0), before or after their leaves of it are sent. */
  readonly dies?: readonly { readonly rank: number; readonly step: number; readonly leaf?: number }[];
  /** A member that the others go on without while it computes a step, until it wakes up. */
  readonly forsakes?: {
    readonly rank: number;
    readonly step: number;
    readonly wakes: Promise<unknown>;
    readonly onReturn?: () => void;
  };
  /** No coordinator is there to see them vanish. */
  readonly leaderless?: boolean;
  /** New members that come when the step was committed. */
  readonly wire?: 'fp32' | 'bf16';
  /** By member's name: those with the same one share their memory. */
  readonly hosts?: Readonly<Record<string, string>>;
  readonly joins?: readonly { readonly name: string; readonly step: number }[];
}

/** A member that others take for dead: what it finds when it looks again. */
interface Return {
  readonly record: GenerationRecord;
  /** Steps that it had taken. */
  readonly step: number;
}

class Death extends Error {}

const defaults: ToyOptions = { leaves: 8, parameters: 1000, width: 64 };
let runs = 0;

describe('members that exchange over NATS', () => {
  let nats: NatsFixture;
  before(async () => {
    nats = await startNats();
  });
  after(() => nats.stop());

  const train = async (trial: Trial): Promise<Outcome> => {
    const run = `trial-${runs++}`;
    const members = Array.from({ length: trial.members }, (_, rank) => `w${rank}`);
    await nats.begin(run, 1, members, { hosts: members.map((name) => trial.hosts?.[name] ?? '') });
    const commits: LoopCommit[] = [];
    const engines: StepEngine[] = [];
    const dead: number[] = [];
    const written: number[] = [];
    let present: readonly string[] = members;
    let changing = Promise.resolve();
    const returns: Return[] = [];
    const regroup = (
      change: (present: readonly string[]) => readonly string[],
      joining: readonly string[] = [],
      holds: Readonly<Record<string, string>> = {},
    ) => {
      const changed = changing.then(() => {
        present = change(present);
        return nats.regroup(run, present, joining, { hosts: trial.hosts, holds });
      });
      changing = changed.then(() => {});
      return changed;
    };
    const newcomers: Promise<unknown>[] = [];
    const one = async (rank: number, worker = `w${rank}`) => {
      const joins = !members.includes(worker);
      await new Promise((resolve) => setTimeout(resolve, trial.startDelayMs?.(rank) ?? 0));
      const onSupervise = async (step: number, leaf: number) => {
        const death = trial.dies?.find((each) => each.rank === rank && each.step === step);
        if (death && leaf >= (death.leaf ?? 0)) throw new Death();
        if (trial.forsakes?.rank === rank && trial.forsakes.step === step && leaf >= 1 && present.includes(worker)) {
          await regroup((before) => before.filter((name) => name !== worker));
          await trial.forsakes.wakes;
        }
        const { onSupervise } = { ...trial.toy, ...trial.toyOf?.(rank) };
        return onSupervise?.(step, leaf);
      };
      const engine = createToyEngine({ ...defaults, ...trial.toy, ...trial.toyOf?.(rank), onSupervise });
      if (trial.base && !joins) engine.restore(trial.base);
      engines[rank] = engine;
      const progress = new Progress();
      const comm = await startComm({
        natsUrl: nats.url,
        ...{
          run,
          worker,
          leaves: engine.leaves,
          minWorkers: 1,
          wire: trial.wire ?? 'fp32',
          joins,
          progress,
          endWithParent: false,
        },
      });
      if (joins) await regroup((before) => [...before, worker], [worker]);
      try {
        return await runStepLoop({
          ...{ engine, exchange: comm, sync: trial.sync, totalSteps: trial.steps },
          ...{ leafBatch: 1, progress, signal: comm.failed },
          onOutside: async (holds) => {
            const record = await regroup((before) => [...before, worker], [worker], { [worker]: holds ?? '' });
            returns.push({ record, step: engine.step });
            trial.forsakes?.onReturn?.();
          },
          drainAsked: () => trial.drainAt?.rank === rank && engine.step >= trial.drainAt.step,
          onCommit: async (commit) => {
            if (commit.isWriter) commits.push(commit);
            await trial.onCommit?.(rank, commit);
            for (const { name, step } of trial.joins ?? [])
              if (commit.isWriter && commit.step === step) newcomers.push(one(members.length + newcomers.length, name));
          },
          onEnd: async () => {
            written.push(rank);
          },
        });
      } catch (error) {
        if (!(error instanceof Death)) throw error;
        dead.push(rank);
        await comm.close();
        if (!trial.leaderless) await regroup((before) => before.filter((name) => name !== worker));
        return 'died' as const;
      } finally {
        await comm.close();
      }
    };
    const ends = await Promise.allSettled(members.map((_, rank) => one(rank)));
    await Promise.all(newcomers);
    const alive = engines.filter((_, rank) => !dead.includes(rank));
    return { digests: alive.map(toyDigest), ends, commits, written, returns, last: alive[0]!.snapshot() };
  };
  const errorOf = (end: PromiseSettledResult<unknown> | undefined): AuseqError => {
    assert.equal(end?.status, 'rejected');
    assert.ok(end.reason instanceof AuseqError, String(end.reason));
    return end.reason;
  };

  for (const sync of ['gather', 'allreduce'] as const) {
    it(`${sync}: one to seven members train the same bits (PROTOCOL 2)`, async () => {
      const seen = new Set<string>();
      for (const members of [1, 2, 3, 4, 7]) {
        const { digests, ends, commits } = await train({ sync, members, steps: 12 });
        for (const end of ends) assert.deepEqual(end, { status: 'fulfilled', value: 'completed' });
        assert.deepEqual(
          commits.map(({ step }) => step),
          [1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12],
        );
        for (const digest of digests) seen.add(digest);
      }
      assert.equal(seen.size, 1);
    });

    it(`${sync}: goes on from a later state with another number of members and the same bits`, async () => {
      const whole = await train({ sync, members: 1, steps: 30 });
      const first = await train({ sync, members: 1, steps: 20 });
      const second = await train({ sync, members: 2, steps: 30, base: first.last });
      for (const end of second.ends) assert.deepEqual(end, { status: 'fulfilled', value: 'completed' });
      assert.deepEqual(new Set(second.digests), new Set(whole.digests));
    });

    it(`${sync}: blobs of many chunks and a count of leaves that is no power of two`, async () => {
      const toy = { leaves: 5, parameters: 400_000, width: 300_000 };
      const seen = new Set<string>();
      for (const members of [1, 2, 4]) {
        const { digests, ends } = await train({ sync, members, steps: 2, toy });
        for (const end of ends) assert.equal(end.status, 'fulfilled', JSON.stringify(end));
        for (const digest of digests) seen.add(digest);
      }
      assert.equal(seen.size, 1);
    });
  }

  for (const sync of ['gather', 'allreduce'] as const) {
    const steps = 12;
    const stepsOf = ({ commits }: Outcome) => commits.map(({ step }) => step);
    const all = Array.from({ length: steps }, (_, index) => index + 1);
    const lone = () => train({ sync, members: 1, steps });

    it(`${sync}: the others take the same step where members vanish, the writer too (PROTOCOL 9, 10)`, async () => {
      const dies = [
        { rank: 0, step: 3, leaf: 1 },
        { rank: 2, step: 7 },
      ];
      const outcome = await train({ sync, members: 3, steps, dies });
      assert.deepEqual(
        outcome.ends.map((end) => end.status === 'fulfilled' && end.value),
        ['died', 'completed', 'died'],
      );
      assert.deepEqual(stepsOf(outcome), all);
      assert.deepEqual(outcome.written, [1]);
      assert.deepEqual(new Set(outcome.digests), new Set((await lone()).digests));
    });

    it(`${sync}: newcomers get the state from a member and train on, two at once and one after a loss (PROTOCOL 17)`, async () => {
      const steps = 40;
      const joins = [
        { name: 'n0', step: 2 },
        { name: 'n1', step: 2 },
        { name: 'n2', step: 16 },
      ];
      // Long enough for the newcomers' threads to start before all is over.
      const onCommit = () => new Promise<void>((resolve) => setTimeout(resolve, 50));
      const outcome = await train({ sync, members: 2, steps, joins, onCommit, dies: [{ rank: 0, step: 18 }] });
      assert.deepEqual(
        stepsOf(outcome),
        Array.from({ length: steps }, (_, index) => index + 1),
      );
      assert.equal(outcome.digests.length, 4);
      const lone = await train({ sync, members: 1, steps });
      assert.deepEqual(new Set(outcome.digests), new Set(lone.digests));
    });
  }

  it('allreduce: who adds up where changes no bit: one host, two hosts, hosts in turn (PROTOCOL 2)', async () => {
    const toy = { leaves: 6, parameters: 100_000, width: 64 };
    const lone = await train({ sync: 'allreduce', members: 1, steps: 3, toy });
    const layouts: Record<string, string>[] = [
      { w0: 'a', w1: 'a', w2: 'a', w3: 'a' },
      { w0: 'a', w1: 'a', w2: 'b', w3: 'b' },
      { w0: 'a', w1: 'b', w2: 'a', w3: 'b' },
      { w0: 'a', w1: 'a', w2: 'a' },
    ];
    for (const hosts of layouts) {
      const { digests, ends } = await train({ sync: 'allreduce', members: 4, steps: 3, toy, hosts });
      for (const end of ends) assert.equal(end.status, 'fulfilled', JSON.stringify(end));
      assert.deepEqual(new Set(digests), new Set(lone.digests), JSON.stringify(hosts));
    }
  });

  it('allreduce: a bf16 wire between hosts gives all members the same bits, others than fp32', async () => {
    const toy = { leaves: 6, parameters: 100_000, width: 64 };
    const of = (hosts: Record<string, string>, wire: 'fp32' | 'bf16') =>
      train({ sync: 'allreduce', members: 3, steps: 3, toy, hosts, wire });
    const exact = await of({}, 'fp32');
    const rounded = await of({ w0: 'a', w1: 'a', w2: 'b' }, 'bf16');
    assert.equal(new Set(rounded.digests).size, 1);
    assert.notDeepEqual(new Set(rounded.digests), new Set(exact.digests));
    const together = await of({ w0: 'a', w1: 'a', w2: 'a' }, 'bf16'); // nothing leaves the host
    assert.deepEqual(new Set(together.digests), new Set(exact.digests));
  });

  it('allreduce: a survivor computes only the leaves of the lost (PROTOCOL 9)', async () => {
    const computed: number[] = [];
    const onSupervise = (step: number, leaf: number) => {
      if (step === 2) computed.push(leaf);
    };
    const toyOf = (rank: number) => (rank === 0 ? { onSupervise } : {});
    const outcome = await train({ sync: 'allreduce', members: 2, steps: 4, toyOf, dies: [{ rank: 1, step: 2 }] });
    assert.deepEqual(outcome.ends[1], { status: 'fulfilled', value: 'died' });
    assert.deepEqual(computed, [0, 1, 2, 3, 4, 5, 6, 7]);
    const lone = await train({ sync: 'allreduce', members: 1, steps: 4 });
    assert.deepEqual(new Set(outcome.digests), new Set(lone.digests));
  });

  for (const sync of ['gather', 'allreduce'] as const) {
    it(`${sync}: a member that was wrongly removed comes back, without a copy where nothing was committed since (PROTOCOL 14)`, async () => {
      const steps = 20;
      const lone = await train({ sync, members: 1, steps });
      const all = Array.from({ length: steps }, (_, index) => index + 1);

      let isBack = () => {};
      const back = new Promise<void>((resolve) => {
        isBack = resolve;
      });
      // The others stand still in that step until it is back.
      const onSupervise = (step: number): void | Promise<void> => (step === 6 ? back : undefined);
      const toyOf = (rank: number) => (rank === 1 ? {} : { onSupervise });
      const forsakes = { rank: 1, step: 6, wakes: Promise.resolve(), onReturn: isBack };
      const soon = await train({ sync, members: 3, steps, toyOf, forsakes });
      assert.deepEqual([soon.returns[0]!.record.unhealed, soon.returns[0]!.record.members.length], [[], 3]);

      let go = () => {};
      const wakes = new Promise<void>((resolve) => {
        go = resolve;
      });
      const onCommit = async (_: number, { step }: LoopCommit) => {
        if (step === 12) go();
        if (step >= 12) await new Promise((resolve) => setTimeout(resolve, 50));
      };
      const late = await train({ sync, members: 3, steps, onCommit, forsakes: { rank: 1, step: 6, wakes } });
      assert.deepEqual(late.returns[0]!.record.unhealed, ['w1']);
      assert.equal(late.returns[0]!.step, 6);
      for (const outcome of [soon, late]) {
        for (const end of outcome.ends) assert.deepEqual(end, { status: 'fulfilled', value: 'completed' });
        assert.deepEqual(
          outcome.commits.map(({ step }) => step),
          all,
        );
        assert.deepEqual(new Set(outcome.digests), new Set(lone.digests));
      }
    });
  }

  it('without a coordinator the lowest member that lives removes a silent one (PROTOCOL 13, 15)', async () => {
    const dies = [{ rank: 0, step: 4 }];
    const outcome = await train({ sync: 'gather', members: 3, steps: 8, dies, leaderless: true });
    assert.deepEqual(
      outcome.commits.map(({ step }) => step),
      [1, 2, 3, 4, 5, 6, 7, 8],
    );
    const lone = await train({ sync: 'gather', members: 1, steps: 8 });
    assert.deepEqual(new Set(outcome.digests), new Set(lone.digests));
  });

  it('a strict majority goes on without those that vote otherwise, the writer too (PROTOCOL 8)', async () => {
    // Another count of weights: the checksum of its base state differs, and so does its vote.
    const toyOf = (rank: number) => (rank === 0 ? { parameters: 999 } : {});
    const { ends, commits, digests } = await train({ sync: 'gather', members: 3, steps: 5, toyOf });
    assert.match(errorOf(ends[0]).why, /w0 voted for another step 1 than w1, w2/);
    assert.deepEqual(
      commits.map(({ step }) => step),
      [1, 2, 3, 4, 5],
    );
    assert.equal(digests[1], digests[2]);
  });

  it('a member that starts late gets what it missed (PROTOCOL 11)', async () => {
    const late = await train({ sync: 'gather', members: 2, steps: 3, startDelayMs: (rank) => rank * 800 });
    const lone = await train({ sync: 'gather', members: 1, steps: 3 });
    assert.equal(late.digests[1], lone.digests[0]);
  });

  it('one member that asks to stop stops all of them after the same step', async () => {
    const { ends, commits, digests } = await train({
      sync: 'gather',
      members: 3,
      steps: 50,
      drainAt: { rank: 2, step: 4 },
    });
    for (const end of ends) assert.deepEqual(end, { status: 'fulfilled', value: 'drained' });
    assert.equal(commits.at(-1)?.step, 5);
    assert.equal(new Set(digests).size, 1);
  });

  it('members that disagree stop before the update, coded', async () => {
    const { ends, commits } = await train({
      sync: 'gather',
      members: 2,
      steps: 3,
      toyOf: (rank) => ({ parameters: 10 + rank }),
    });
    for (const end of ends) assert.equal(errorOf(end).code, 'AU_VOTE_MISMATCH');
    assert.equal(commits.length, 0);
  });

  it('a loss that is no number stops the run before the commit and names loss, leaf and draw (PROTOCOL 20)', async () => {
    const loss = (step: number, leaf: number, value: number) => (step === 2 && leaf === 6 ? Number.NaN : value);
    const { ends, commits } = await train({ sync: 'gather', members: 1, steps: 5, toy: { loss } });
    const error = errorOf(ends[0]);
    assert.equal(error.code, 'AU_NUMERIC');
    assert.match(error.why, /loss total is NaN, in leaf 6 with toy\/6@1 \(epoch 0, position 22\)/);
    assert.equal(commits.length, 2);
  });

  it('goes on with the same bits after nats-server was killed and came back (PROTOCOL 11, 19)', async () => {
    const steps = 30;
    const lone = await train({ sync: 'gather', members: 1, steps });
    let restarting: Promise<void> | null = null;
    const broken = await train({
      ...{ sync: 'gather', members: 2, steps },
      onCommit: async (rank, { step }) => {
        if (rank === 0 && step === 10) restarting = nats.restart();
        if (step > 10) await new Promise((resolve) => setTimeout(resolve, 20));
      },
    });
    await restarting;
    for (const end of broken.ends) assert.equal(end.status, 'fulfilled', JSON.stringify(end));
    assert.deepEqual(new Set(broken.digests), new Set(lone.digests));
  });

  it('a leader of an older generation can commit nothing', async () => {
    let begun = false;
    const run = `trial-${runs}`;
    const { ends } = await train({
      ...{ sync: 'gather', members: 1, steps: 10 },
      onCommit: async (_, { step }) => {
        if (step !== 3 || begun) return;
        begun = true;
        await nats.begin(run, 2, ['other']);
      },
    });
    assert.match(errorOf(ends[0]).what, /w0 is no member of run trial-\d+ any more/);
  });
});
