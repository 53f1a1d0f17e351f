import assert from 'node:assert/strict';
import { test } from 'node:test';
import { formatLogLine } from './log-line.js';
import { createProgressView, formatProgress } from './progress.js';
import { table } from './table.js';
import { bytes, duration, stepsOf } from './units.js';
import { formatValue } from './value.js';

test('progress has rate and end', () => {
  const line = formatProgress({ phase: 'faces', done: 60, total: 120, seconds: 5 });
  assert.equal(line, 'faces  60/120  50%  12.0/s  eta 5.0s');
  assert.equal(formatProgress({ phase: 'read', done: 0, total: 0, seconds: 1 }), 'read  0');
});

test('without a terminal, progress is a line at the begin and the end of a phase', () => {
  const written: string[] = [];
  const view = createProgressView(
    { write: (text: string) => written.push(text) } as unknown as NodeJS.WriteStream,
    false,
  );
  for (let done = 1; done <= 50; done++) view.update({ phase: 'a', done, total: 50 });
  view.pause();
  assert.equal(written.length, 2);
  assert.ok(written.every((line) => line.endsWith('\n') && !line.includes('\r')));
});

test('tables align text left and numbers right', () => {
  const rows = [
    ['a', 1],
    ['long', 10],
  ];
  assert.equal(table(['NAME', 'N'], rows), 'NAME   N\na      1\nlong  10');
});

test('units', () => {
  assert.deepEqual([bytes(0), bytes(999), bytes(353_930_000)], ['0 B', '999 B', '353.9 MB']);
  assert.deepEqual([duration(4.21), duration(200), duration(7500)], ['4.2s', '3m20s', '2h05m']);
  assert.deepEqual([stepsOf(20, 100), stepsOf(20, 1e18)], ['20/100', '20']);
});

test('any value can be shown', () => {
  assert.equal(
    formatValue({ a: 1, b: { c: [1.23456789, 'x'], d: [] } }),
    'a: 1\nb:\n  c:\n    - 1.2346\n    - x\n  d: none',
  );
});

test('a log line that is no JSON is shown as it is', () => assert.equal(formatLogLine('oops'), 'oops'));
