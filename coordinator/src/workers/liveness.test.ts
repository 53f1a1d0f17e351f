import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import type { Heartbeat, Phase } from '@auseq/proto/heartbeat-rules';
import { decideLife, decideStall, excuse, hearBeat, type MemberLife, newLife } from './liveness.js';

const beat = (phase: Phase, counter: number, step = 5): Heartbeat => ({ worker: 'w', phase, counter, step });

/** A member that was heard every 200 ms up to `until`, always saying the same. */
function heard(phase: Phase, until: number, step = 5): MemberLife {
  let life = newLife(0);
  for (let at = 0; at <= until; at += 200) life = hearBeat(life, beat(phase, 1, step), at);
  return life;
}

describe('a member (PROTOCOL 14)', () => {
  it('counts as dead after a second of silence', () => {
    const life = heard('waiting', 2000);
    assert.equal(decideLife(life, 'w', 2900), null);
    assert.equal(decideLife(life, 'w', 3101), 'w is silent for 1.1 s');
  });

  it('has a minute until it is heard first', () => {
    assert.equal(decideLife(newLife(0), 'w', 59_000), null);
    assert.match(decideLife(newLife(0), 'w', 61_000)!, /never heard/);
  });

  it('hangs when nothing moves while it computes, not while it waits', () => {
    assert.equal(decideLife(heard('supervise', 9_800), 'w', 9_900), null);
    assert.match(decideLife(heard('supervise', 10_200), 'w', 10_300)!, /hangs: nothing moved in supervise for 10.3 s/);
    assert.equal(decideLife(heard('waiting', 60_000), 'w', 60_100), null);
  });

  it('has five times its slowest leaf, and minutes for the first step', () => {
    let slow = heard('supervise', 4_000);
    slow = hearBeat(slow, beat('supervise', 2), 4_200);
    for (let at = 4_400; at <= 20_000; at += 200) slow = hearBeat(slow, beat('supervise', 2), at);
    assert.equal(decideLife(slow, 'w', 20_100), null); // 15.9 s of 21 s
    assert.equal(decideLife(heard('features', 300_000, 0), 'w', 300_100), null);
  });

  it('is not blamed for time in which nobody could be heard', () => {
    const life = excuse(heard('supervise', 2000), 60_000);
    assert.equal(decideLife(life, 'w', 60_900), null);
    assert.notEqual(decideLife(life, 'w', 61_100), null);
  });
});

describe('members that all wait', () => {
  it('are stuck after a minute without any movement', () => {
    const lives = [heard('waiting', 61_000), heard('waiting', 61_000)];
    assert.equal(decideStall(lives, 59_000), null);
    assert.match(decideStall(lives, 61_000)!, /all members wait/);
  });

  it('are not stuck while one computes or something arrives', () => {
    assert.equal(decideStall([heard('waiting', 61_000), heard('supervise', 61_000)], 61_000), null);
    const receiving = hearBeat(heard('waiting', 61_000), beat('waiting', 2), 61_000);
    assert.equal(decideStall([heard('waiting', 61_000), receiving], 62_000), null);
    assert.equal(decideStall([], 62_000), null);
  });
});
