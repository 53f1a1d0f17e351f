import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { AuseqError } from '@auseq/proto/errors';
import { checkTransition, hasEnded, nextStates, type RunState, runStates } from './run-states.js';

describe('the states of a run', () => {
  it('allow exactly what the table says, and staying', () => {
    for (const from of runStates) {
      for (const to of runStates) {
        const allowed = from === to || (nextStates[from] as readonly RunState[]).includes(to);
        if (allowed) checkTransition('trial', from, to);
        else assert.throws(() => checkTransition('trial', from, to), { code: 'AU_RUN_STATE' });
      }
    }
  });

  it('lead from everywhere to an end, and from an end only back into the queue', () => {
    const reachable = (from: RunState, seen = new Set<RunState>([from])): Set<RunState> => {
      for (const to of nextStates[from]) if (!seen.has(to)) reachable(to, seen.add(to));
      return seen;
    };
    for (const state of runStates) {
      assert.ok([...reachable(state)].some(hasEnded), state);
      if (hasEnded(state)) assert.deepEqual(nextStates[state], ['queued']);
    }
  });

  it('say what would be possible instead', () => {
    const error = catching(() => checkTransition('trial', 'completed', 'running'));
    assert.match(error.why, /it is completed; from there it can become queued/);
  });
});

function catching(work: () => void): AuseqError {
  try {
    work();
  } catch (error) {
    return AuseqError.from(error);
  }
  throw new assert.AssertionError({ message: 'it threw nothing' });
}
