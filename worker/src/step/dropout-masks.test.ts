import assert from 'node:assert/strict';
import { test } from 'node:test';
import { bivitShapes } from '../model/bivit/shape.js';
import { sizeOf } from '../model/parameter.js';
import { fillDropoutMasks } from './dropout-masks.js';
import { dropoutSites } from './dropout-sites.js';

const sites = dropoutSites(bivitShapes.tiny);
const request = { seed: 3, step: 10, firstIndex: 0, batch: 8, rate: 0.1, sites };

test('the legacy shape drops 63,968 values a sequence', () => {
  const list = dropoutSites(bivitShapes.legacy);
  assert.equal(list.length, 1 + 6 * 6);
  assert.equal(
    list.reduce((sum, { shape }) => sum + sizeOf(shape), 0),
    63_968,
  );
});

test('masks hold 0 and 1/(1-rate) at the asked rate', () => {
  for (const rate of [0.1, 0.5]) {
    const masks = Object.values(fillDropoutMasks({ ...request, rate, batch: 32 }));
    const values = masks.flatMap((mask) => [...mask]);
    const kept = Math.fround(1 / (1 - rate));
    assert.ok(values.every((value) => value === 0 || value === kept));
    const dropped = values.filter((value) => value === 0).length / values.length;
    assert.ok(Math.abs(dropped - rate) < 5 * Math.sqrt((rate * (1 - rate)) / values.length));
  }
  assert.ok(
    Object.values(fillDropoutMasks({ ...request, rate: 0 })).every((mask) => mask.every((value) => value === 1)),
  );
});

test("a leaf's masks are its rows of the whole batch's", () => {
  const whole = fillDropoutMasks(request);
  const leaf = fillDropoutMasks({ ...request, firstIndex: 5, batch: 2 });
  for (const { name, shape } of sites) {
    const size = sizeOf(shape);
    assert.deepEqual(leaf[name], whole[name]!.slice(5 * size, 7 * size));
  }
});

test('masks differ between steps, seeds, sequences and sites, and are the same again when asked again (PROTOCOL 5)', () => {
  const key = (masks: Record<string, Float32Array>) =>
    Buffer.from(masks['layers.0.mlp.hidden']!.buffer).toString('base64');
  const masks = fillDropoutMasks(request);
  assert.equal(key(fillDropoutMasks(request)), key(masks));
  const others = [{ step: 11 }, { seed: 4 }, { firstIndex: 1 }].map((change) =>
    key(fillDropoutMasks({ ...request, ...change })),
  );
  assert.equal(new Set([key(masks), ...others]).size, 4);
  assert.notDeepEqual(masks['layers.0.self.out'], masks['layers.0.cross.out']);
});
