import assert from 'node:assert/strict';
import { it } from 'node:test';
import { runDoctor } from './doctor.js';

it('the doctor measures everything, and says how to mend what does not pass', async () => {
  const checks = await runDoctor();
  for (const name of ['node', 'platform', 'cache', 'disk', 'tensorflow', 'tensorflow computes', 'nats-server', 'minio'])
    assert.ok(
      checks.some((check) => check.name === name),
      name,
    );
  for (const { name, state, measured, fix } of checks) {
    assert.notEqual(measured, '', name);
    assert.equal(fix === undefined, state === 'pass', name);
  }
  assert.deepEqual(
    checks.filter(({ state }) => state === 'fail'),
    [],
  );
});
