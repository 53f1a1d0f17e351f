import assert from 'node:assert/strict';
import { test } from 'node:test';
import { initBivit } from './bivit/init.js';
import { bivitShapes } from './bivit/shape.js';
import { headLayout } from './codes.js';
import { startAtCoarse } from './start-at-coarse.js';

const plan = { layout: headLayout('EandJ'), residual: false, jaw: 'add', lightBasis: 'deca' } as const;
const fresh = initBivit({ ...bivitShapes.tiny, outputs: 53 }, 1);
const { width } = bivitShapes.tiny;

test('rows of added codes start small, all other weights as they were', () => {
  const started = startAtCoarse(fresh, plan);
  for (const [name, { data }] of fresh) {
    const now = started.get(name)!.data;
    if (!name.startsWith('vit.mlp_head.')) {
      assert.equal(now, data);
      continue;
    }
    const columns = name.endsWith('.weight') ? width : 1;
    for (const [i, value] of now.entries()) {
      const factor = Math.floor(i / columns) < 50 ? 1 : 1e-3;
      assert.equal(value, Math.fround(data[i]! * factor), `${name} ${i}`);
    }
  }
});

test('a residual head starts small as a whole, one that replaces not at all', () => {
  const head = startAtCoarse(fresh, { ...plan, residual: true }).get('vit.mlp_head.weight')!.data;
  assert.ok(head.every((value, i) => value === Math.fround(fresh.get('vit.mlp_head.weight')!.data[i]! * 1e-3)));
  assert.equal(startAtCoarse(fresh, { ...plan, jaw: 'replace' }), fresh);
  assert.equal(startAtCoarse(fresh, { ...plan, layout: headLayout('OnlyE') }), fresh);
});
