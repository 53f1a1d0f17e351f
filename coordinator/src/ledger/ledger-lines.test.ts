import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { AuseqError } from '@auseq/proto/errors';
import type { LedgerLine } from '@auseq/proto/gen/auseq/v1/auseq';
import { verifyLedger } from '@auseq/proto/verify-ledger';
import fc from 'fast-check';
import { type Happening, history, type RunShape } from './history.fixture.js';
import { ledgerLines } from './ledger-lines.js';

async function ledgerOf(happenings: readonly Happening[], shape: RunShape) {
  const { stored, last } = history(happenings, shape);
  const lines: LedgerLine[] = [];
  const read = async function* () {
    yield* stored;
  };
  for await (const line of ledgerLines(read)) lines.push(line);
  return { lines, last, stored };
}

/** A step has two draws at least: of a step with one, the ledger of a run that was killed a step earlier is whole too. */
const shapes: fc.Arbitrary<RunShape> = fc
  .record({ leaves: fc.integer({ min: 1, max: 3 }), batchSize: fc.integer({ min: 1, max: 3 }), pairs: fc.nat(8) })
  .filter(({ leaves, batchSize }) => leaves * batchSize > 1)
  .map(({ pairs, ...shape }) => ({ ...shape, epochLength: 2 * (pairs + 1) }));
const happening: fc.Arbitrary<Happening> = fc.oneof(
  { weight: 6, arbitrary: fc.constant<Happening>('step') },
  { weight: 1, arbitrary: fc.constant<Happening>('join') },
  { weight: 1, arbitrary: fc.record({ back: fc.nat(4) }) },
);
const runs = fc.tuple(
  fc.array(happening, { maxLength: 30 }).map((rest): Happening[] => ['step', ...rest]),
  shapes,
);
const verdictOf = (lines: LedgerLine[], shape: RunShape, totalSteps: number) =>
  verifyLedger(lines, { leaves: shape.leaves, batchSize: shape.batchSize, totalSteps });

describe('the ledger of a history', () => {
  it('is whole whatever kills, rollbacks and joins there were', async () => {
    await fc.assert(
      fc.asyncProperty(runs, async ([happenings, shape]) => {
        const { lines, last, stored } = await ledgerOf(happenings, shape);
        const verdict = await verdictOf(lines, shape, last);
        assert.deepEqual(verdict.problems, []);
        const draws = shape.leaves * shape.batchSize;
        const commits = stored.filter(({ record }) => record.type === 'commit').length;
        assert.deepEqual([verdict.steps, verdict.draws], [last, last * draws]);
        assert.equal(verdict.rolledBack, (commits - last) * draws);
        assert.equal(verdict.epochs, Math.ceil((last * draws) / shape.epochLength));
        // The size of a step can be taken from the lines, too.
        assert.equal((await verifyLedger(lines, {})).ok, true);
      }),
      { numRuns: 300 },
    );
  });

  it('is not whole with any one line removed, doubled, moved or altered', async () => {
    const damage = fc.record({
      how: fc.constantFrom('remove', 'double', 'move', 'swap', 'reuse', 'spoil', 'unmark', 'count'),
      at: fc.nat(),
      to: fc.nat(),
      by: fc.integer({ min: -3, max: 3 }).filter((by) => by !== 0),
      field: fc.constantFrom('step', 'leaf', 'index', 'epoch', 'position', 'incarnation', 'generation'),
    });
    await fc.assert(
      fc.asyncProperty(runs, damage, async ([happenings, shape], { how, at, to, by, field }) => {
        const { lines, last } = await ledgerOf(happenings, shape);
        const [a, b] = [at % lines.length, to % lines.length];
        const changed = [...lines];
        const line = lines[a]!;
        if (how === 'remove') changed.splice(a, 1);
        if (how === 'double') changed.splice(b, 0, line);
        if (how === 'move') changed.splice(b, 0, ...changed.splice(a, 1));
        if (how === 'swap') [changed[a], changed[b]] = [changed[b]!, changed[a]!];
        if (how === 'spoil') changed[a] = { ...line, contentHash: line.contentHash.replace(/.$/, 'x') };
        if (how === 'unmark') changed[a] = { ...line, rolledBack: !line.rolledBack };
        if (how === 'count') changed[a] = { ...line, [field]: line[field as 'step'] + by };
        if (how === 'reuse') {
          const { sequence, copy, epoch, rolledBack } = lines[b]!;
          fc.pre(epoch === line.epoch && !rolledBack && !line.rolledBack);
          changed[a] = { ...line, sequence, copy };
        }
        fc.pre(
          changed.some((each, index) => JSON.stringify(each) !== JSON.stringify(lines[index])) || how === 'remove',
        );
        const verdict = await verdictOf(changed, shape, last);
        assert.equal(verdict.ok, false, `${how} ${field} at ${a} of ${lines.length}`);
        assert.ok(verdict.problems.every((problem) => /step -?\d+/.test(problem)));
      }),
      { numRuns: 2000 },
    );
  });

  it('marks what a rollback undid and counts rollbacks only', async () => {
    const shape = { leaves: 1, batchSize: 2, epochLength: 6 };
    const { lines } = await ledgerOf(['step', 'step', 'step', 'join', 'step', { back: 2 }, 'step'], shape);
    const seen = lines
      .filter(({ index }) => index === 0)
      .map((line) => [line.step, line.generation, line.incarnation, line.rolledBack]);
    assert.deepEqual(seen, [
      [1, 1, 0, false],
      [2, 1, 0, false],
      [3, 1, 0, true],
      [4, 2, 0, true],
      [3, 3, 1, false],
    ]);
  });

  it('refuses a commit that does not name its draws', async () => {
    const { stored } = history(['step'], { leaves: 1, batchSize: 2, epochLength: 6 });
    const read = async function* () {
      for (const { sequence, record } of stored)
        yield { sequence, record: record.type === 'commit' ? { ...record, leaves: [[{ draw: {} }]] } : record };
    };
    const drain = async () => {
      for await (const _ of ledgerLines(read));
    };
    await assert.rejects(drain, (error) => error instanceof AuseqError && error.code === 'AU_LEDGER_BROKEN');
  });
});
