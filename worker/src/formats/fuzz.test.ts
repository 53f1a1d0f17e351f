import assert from 'node:assert/strict';
import { it } from 'node:test';
import { fuzz } from './fuzz.fixture.js';

/** More of them: AUSEQ_FUZZ_FILES=10000 node --test worker/dist/formats/fuzz.test.js */
const files = Number(process.env.AUSEQ_FUZZ_FILES ?? 2000);

it(`${files} damaged files are read or refused: nothing else happens`, (context) => {
  const report = fuzz(files, 20);
  context.diagnostic(JSON.stringify({ ...report, crashes: report.crashes.length }));
  assert.deepEqual(report.crashes, []);
  // The files are a few kilobytes: the rest is what the engine itself needs for a call, garbage included.
  assert.ok(report.mostBytes < 1 << 20, `${report.mostBy} took ${report.mostBytes} bytes beyond four times its size`);
  assert.ok(
    report.refused > files / 4 && report.readable > files / 20,
    'the damage is neither too strong nor too weak',
  );
});
