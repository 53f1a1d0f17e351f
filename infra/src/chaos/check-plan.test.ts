import assert from 'node:assert/strict';
import { test } from 'node:test';
import { parseChaosPlan } from '@auseq/configs/chaos-plan';
import { AuseqError } from '@auseq/proto/errors';
import { type ChaosCluster, checkPlan } from './check-plan.js';

const one: ChaosCluster = { store: 'file', coordinators: 1 };

function refused(faults: string, cluster: ChaosCluster): AuseqError {
  try {
    checkPlan(parseChaosPlan('p', `faults: [${faults}]`), cluster);
  } catch (error) {
    assert.ok(error instanceof AuseqError);
    return error;
  }
  return assert.fail(`accepted: ${faults}`);
}
const accepted = (faults: string, cluster: ChaosCluster) =>
  checkPlan(parseChaosPlan('p', `faults: [${faults}]`), cluster);

test('no connection leads to a folder', () => {
  for (const kind of ['cut', 'partition', 'slow-network']) {
    for (const from of ['store', 'all']) {
      const fault = `{kind: ${kind}, target: all, from: ${from}, at: {step: 1}}`;
      const error = refused(`{kind: cut, at: {step: 1}}, ${fault}`, one);
      assert.equal(error.code, 'AU_USAGE');
      assert.equal(error.what, `fault 2 of the plan (${kind} from ${from}) cannot be injected`);
      assert.match(error.hint, /--store minio/);
      accepted(fault, { ...one, store: 'minio' });
    }
    for (const from of ['nats', 'coordinator', 'both'])
      accepted(`{kind: ${kind}, target: all, from: ${from}, at: {step: 1}}`, one);
  }
});

test('a coordinator hangs only where another one is left', () => {
  const hang = '{kind: hang-coordinator, at: {step: 1}}';
  const error = refused(hang, one);
  assert.equal(error.code, 'AU_USAGE');
  assert.match(error.hint, /--coordinators 2/);
  accepted(hang, { ...one, coordinators: 2 });
  assert.match(refused(`${hang}, ${hang}`, { ...one, coordinators: 2 }).hint, /--coordinators 3/);
  accepted(`${hang}, {kind: kill-coordinator, at: {step: 2}}`, { ...one, coordinators: 2 });
});

test('no connection leads from a coordinator to itself', () => {
  const error = refused('{kind: cut, target: coordinator, from: coordinator, at: {step: 1}}', one);
  assert.equal(error.code, 'AU_USAGE');
});
