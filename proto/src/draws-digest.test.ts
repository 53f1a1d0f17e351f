import assert from 'node:assert/strict';
import { test } from 'node:test';
import { drawsDigest } from './draws-digest.js';
import { LedgerLine } from './gen/auseq/v1/auseq.js';

const line = (step: number, more: Partial<LedgerLine> = {}) =>
  LedgerLine.fromPartial({ step, sequence: 'a', contentHash: 'ff', ...more });

async function digestOf(lines: LedgerLine[]): Promise<string> {
  const { lines: passed, digest } = drawsDigest(
    (async function* () {
      yield* lines;
    })(),
  );
  const seen: LedgerLine[] = [];
  for await (const each of passed) seen.push(each);
  assert.deepEqual(seen, lines);
  return digest();
}

test('memberships and what was rolled back do not count; every draw and its order do', async () => {
  const quiet = await digestOf([line(1), line(2)]);
  const rolledBack = [line(1), line(2, { rolledBack: true }), line(2, { generation: 3, incarnation: 1 })];
  assert.equal(await digestOf(rolledBack), quiet);
  for (const other of [[line(1)], [line(2), line(1)], [line(1), line(2, { centre: 5 })], [line(1), line(2), line(3)]])
    assert.notEqual(await digestOf(other), quiet);
});
