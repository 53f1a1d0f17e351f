import assert from 'node:assert/strict';
import { test } from 'node:test';
import { reconnectDelay } from './reconnect-delay.js';

test('a clock that is set back delays no try; the one after it waits as ever', (context) => {
  context.mock.timers.enable({ apis: ['Date'], now: 7_200_000 });
  const delay = reconnectDelay();
  const usual = () => {
    const ms = delay();
    return ms >= 250 && ms <= 350;
  };
  assert.ok(usual() && usual());
  context.mock.timers.setTime(3_600_000);
  assert.equal(delay(), Number.NEGATIVE_INFINITY);
  assert.ok(usual());
  context.mock.timers.setTime(9_000_000);
  assert.ok(usual());
});
