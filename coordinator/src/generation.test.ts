import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import type { Heartbeat } from '@auseq/proto/heartbeat-rules';
import { LiveGeneration } from './generation.js';

const beat = (worker: string): Heartbeat => ({ worker, phase: 'waiting', counter: 1, step: 5 });

/** Both are heard every 200 ms from `from` to `until`. */
function hear(live: LiveGeneration, workers: readonly string[], from: number, until: number): void {
  for (let at = from; at <= until; at += 200) for (const worker of workers) live.hear(beat(worker), at);
}

describe('a generation in work', () => {
  it('loses a member whose stream ended and that is not heard after that', () => {
    const live = new LiveGeneration(1, ['a', 'b'], 0, false);
    hear(live, ['a', 'b'], 0, 1_000);
    live.suspect('b', 'its stream was closed', 1_010);
    live.hear(beat('b'), 1_020); // was on its way
    hear(live, ['a'], 1_200, 1_600);
    assert.equal(live.lost(1_400), null);
    assert.deepEqual(live.lost(1_600), { worker: 'b', reason: 'b: its stream was closed', mayReturn: false });
  });

  it('keeps one whose connection alone was cut: it is heard, or speaks again', () => {
    const live = new LiveGeneration(1, ['a', 'b'], 0, false);
    hear(live, ['a', 'b'], 0, 1_000);
    live.suspect('b', 'its stream was closed', 1_010);
    live.suspect('a', 'its stream was closed', 1_010);
    live.attached('a');
    hear(live, ['a', 'b'], 1_200, 3_000);
    for (let now = 1_100; now <= 3_000; now += 100) assert.equal(live.lost(now), null);
  });

  it('notices a newcomer that falls silent at once', () => {
    const live = new LiveGeneration(1, ['a'], 0, false);
    hear(live, ['a'], 0, 1_000);
    live.regroup(2, ['a', 'b'], 1_000);
    hear(live, ['a'], 1_200, 2_200);
    assert.equal(live.lost(1_900), null);
    assert.match(live.lost(2_100)!.reason, /b is silent for 1.1 s/);
  });

  it('lets one that is only silent come back, for a while (PROTOCOL 14)', () => {
    const live = new LiveGeneration(1, ['a', 'b'], 0, false);
    hear(live, ['a', 'b'], 0, 1_000);
    hear(live, ['a'], 1_200, 2_400);
    assert.equal(live.lost(2_100)!.mayReturn, true);
    live.regroup(2, ['a'], 2_100);
    live.letReturn('b', 2_100);
    assert.deepEqual([live.isReturning('b'), live.tooLate(5_000)], [true, []]);
    live.regroup(3, ['a', 'b'], 5_050);
    assert.deepEqual([live.isReturning('b'), live.tooLate(9_000)], [false, []]);
    live.letReturn('b', 10_000);
    assert.deepEqual([live.tooLate(13_100), live.tooLate(13_200)], [['b'], []]);
  });

  it('a coordinator that takes over waits for agents, but not for members that it hears', () => {
    const live = new LiveGeneration(4, ['a', 'b'], 0, true);
    hear(live, ['a'], 0, 20_000);
    assert.equal(live.lost(14_000), null);
    assert.deepEqual(live.lost(20_000), { worker: 'b', reason: 'b did not attach again', mayReturn: false });
  });
});
