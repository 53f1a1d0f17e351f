import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import type { LedgerLine } from './gen/auseq/v1/auseq.js';
import { verifyLedger } from './verify-ledger.js';

const hash = (name: string) => Buffer.from(name).toString('hex').padEnd(64, '0');

/** Two draws a step in one leaf, six an epoch; what the property tests beside the histories do not reach is altered here. */
function someLines(steps: number, change: (line: LedgerLine, used: number) => Partial<LedgerLine> = () => ({})) {
  return Array.from({ length: 2 * steps }, (_, used): LedgerLine => {
    const [epoch, position] = [Math.floor(used / 6), used % 6];
    const line: LedgerLine = {
      ...{ step: 1 + (used >> 1), generation: 1, incarnation: 0, rolledBack: false, leaf: 0, index: used & 1 },
      ...{ epoch, position, sequence: `clip/${position}`, copy: 0, centre: 3, contentHash: hash(`clip/${position}`) },
    };
    return { ...line, ...change(line, used) };
  });
}
const size = { leaves: 1, batchSize: 2 };

describe('verifyLedger (PROTOCOL 12)', () => {
  it('counts what a whole ledger holds', async () => {
    const verdict = await verifyLedger(someLines(7), { ...size, totalSteps: 7 });
    assert.deepEqual(verdict, {
      ...{ ok: true, draws: 14, steps: 7, firstStep: 1, lastStep: 7, epochs: 3, generations: 1, rolledBack: 0 },
      ...{ problems: [], furtherProblems: 0 },
    });
  });

  it('takes a run without steps for whole only while none is expected', async () => {
    assert.equal((await verifyLedger([], size)).ok, true);
    assert.match((await verifyLedger([], { ...size, totalSteps: 2 })).problems[0]!, /took 2 steps/);
  });

  const broken: [string, LedgerLine[], RegExp][] = [
    [
      'other bytes of the same frames',
      someLines(6, (_, used) => (used === 8 ? { contentHash: hash('other') } : {})),
      /step 5, leaf 0, draw 0: clip\/2 around frame 3 had other bytes/,
    ],
    ['a hash that is none', someLines(2, (_, used) => (used === 1 ? { contentHash: 'ab' } : {})), /is no SHA-256/],
    ['no sequence', someLines(2, (_, used) => (used === 1 ? { sequence: '' } : {})), /names no sequence/],
    [
      'a sequence used twice in an epoch',
      someLines(2, (_, used) => (used === 2 ? { sequence: 'clip/0', contentHash: hash('clip/0') } : {})),
      /step 2, leaf 0, draw 0: copy 0 of clip\/0 was used before in epoch 0/,
    ],
    [
      'an epoch of another length',
      someLines(7, (_, used) => (used >= 11 ? { epoch: 2, position: used - 11, copy: 1 } : {})),
      /epoch 1 ended after 5 draws, others have 6/,
    ],
    [
      'an epoch that goes on',
      someLines(7, (_, used) => (used === 12 ? { epoch: 1, position: 6, copy: 1 } : {})),
      /an epoch has 6 draws/,
    ],
    [
      'a replay with other frames',
      [
        ...someLines(2, ({ step }) => ({ rolledBack: step === 2 })),
        ...someLines(2, (_, used) => ({ generation: 2, incarnation: 1, centre: used === 3 ? 4 : 3 })).slice(2),
      ],
      /it uses clip\/3, copy 0, frame 4, but before the rollback epoch 0, position 3 was clip\/3, copy 0, frame 3/,
    ],
    ['steps that are missing at the start', someLines(3).slice(2), /the first step should be 1/],
    ['a step that is not whole', someLines(3).slice(0, -1), /step 3, leaf 0, draw 0: it is the last draw/],
  ];
  for (const [what, lines, problem] of broken) {
    it(`names ${what}`, async () => {
      const { ok, problems } = await verifyLedger(lines, size);
      assert.equal(ok, false);
      assert.ok(
        problems.some((each) => problem.test(each)),
        problems.join('\n'),
      );
    });
  }

  it('lets a run begin where a model.tar left off', async () => {
    const lines = someLines(6).slice(6);
    assert.equal((await verifyLedger(lines, { ...size, resumedFrom: 3, totalSteps: 6 })).ok, true);
    assert.equal((await verifyLedger(lines, { ...size, resumedFrom: null, totalSteps: 6 })).ok, true);
    assert.equal((await verifyLedger(lines, { ...size, resumedFrom: 2 })).ok, false);
    assert.equal((await verifyLedger(lines.slice(1), { ...size, resumedFrom: null })).ok, false);
  });

  it('shows the first hundred problems and counts the others', async () => {
    const { problems, furtherProblems } = await verifyLedger(
      someLines(150, () => ({ contentHash: '' })),
      size,
    );
    assert.deepEqual([problems.length, furtherProblems], [100, 200]);
  });
});
