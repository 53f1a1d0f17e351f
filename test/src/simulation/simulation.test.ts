import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import type { SyncMode } from '@auseq/worker/step/context';
import { loneVotes, planSchedule, simulate } from './simulate.js';

/** More of them, or one: AUSEQ_SCHEDULES=20000, AUSEQ_SEED=17 node --test test/dist/simulation/simulation.test.js */
const schedules = Number(process.env.AUSEQ_SCHEDULES ?? 2000);
const first = Number(process.env.AUSEQ_SEED ?? 1);
const count = process.env.AUSEQ_SEED ? 1 : schedules;

describe('the exchange, the step loop and the coordinator on virtual time', () => {
  const truths = new Map<string, Promise<string[]>>();
  const truthOf = (sync: SyncMode, leaves: number) => {
    const key = `${sync} ${leaves}`;
    const truth = truths.get(key) ?? loneVotes(sync, leaves, 14);
    truths.set(key, truth);
    return truth;
  };

  it(`${count} schedules of faults: one history, each sample once, no unhealed state, and progress`, async (context) => {
    const failures: string[] = [];
    const sums = { commits: 0, generations: 0, rollBacks: 0, returns: 0 };
    for (let seed = first; seed < first + count; seed++) {
      const schedule = planSchedule(seed);
      const truth = await truthOf(schedule.sync, schedule.leaves);
      const { broken, commits, generations, rollBacks, returns } = await simulate(schedule, truth);
      sums.commits += commits;
      sums.generations += generations;
      sums.rollBacks += rollBacks;
      sums.returns += returns;
      if (broken.length > 0) failures.push(`seed ${seed}: ${broken[0]} (${JSON.stringify(schedule)})`);
      if (failures.length >= 5) break;
    }
    context.diagnostic(JSON.stringify(sums));
    assert.deepEqual(failures, []);
  });

  it('is the same each time', async () => {
    const schedule = planSchedule(11);
    assert.deepEqual(await simulate(schedule, null), await simulate(schedule, null));
  });

  it('would notice another bit', async () => {
    const truth = await truthOf('gather', 4);
    const schedule = { ...planSchedule(1), sync: 'gather', leaves: 4, steps: 4, faults: [], loss: 0 } as const;
    assert.deepEqual((await simulate(schedule, truth)).broken, []);
    const other = truth.map((vote, index) => (index === 2 ? 'another' : vote));
    assert.match((await simulate(schedule, other)).broken[0]!, /step 3 has another vote/);
  });
});
