import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { StepEngine } from './engine.js';
import { withSimulatedCompute } from './simulate-compute.js';
import { createToyEngine } from './toy-engine.fixture.js';

const toy = () => createToyEngine({ leaves: 4, parameters: 6, width: 3 });
const never = new AbortController().signal;

async function trained(engine: StepEngine): Promise<string> {
  for (let step = 0; step < 3; step++) {
    const leaves = [];
    for (let leaf = 0; leaf < engine.leaves; leaf++) {
      const features = await engine.features(step, leaf, never);
      leaves.push({ features, gradient: await engine.supervise(features, never) });
    }
    engine.update(step, leaves);
  }
  return engine.checksum();
}

test('an engine that waits has the bits of one that does not', async () => {
  const simulated = withSimulatedCompute(toy(), 3);
  simulated.setMembers(2);
  assert.equal(await trained(simulated.engine), await trained(toy()));
  assert.equal(simulated.engine.step, 3);
});

test('a leaf is as much work where fewer members share them', async () => {
  const simulated = withSimulatedCompute(toy(), 100);
  simulated.setMembers(4);
  simulated.setMembers(1);
  const features = await simulated.engine.features(0, 0, never);
  const startedAt = performance.now();
  await simulated.engine.supervise(features, never);
  assert.ok(performance.now() - startedAt > 95, 'each of four members has one of the four leaves');
});

test('without a time it is the engine itself; a wait ends with the signal', async () => {
  const engine = toy();
  assert.equal(withSimulatedCompute(engine, 0).engine, engine);
  const slow = withSimulatedCompute(engine, 3_600_000).engine;
  const features = await slow.features(0, 0, never);
  await assert.rejects(slow.supervise(features, AbortSignal.timeout(10)), { name: 'AbortError' });
});
