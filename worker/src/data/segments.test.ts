import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { decideSegments } from './segments.js';

const usable = (count: number): null[] => Array.from({ length: count }, () => null);

test('the last part of a clip is held out, two frames apart from the rest', () => {
  const { segments, skipped } = decideSegments(usable(120), 0.25);
  assert.deepEqual(segments, [
    { start: 0, end: 88, split: 'train' },
    { start: 90, end: 120, split: 'val' },
  ]);
  assert.deepEqual(skipped, []);
});

test('a frame without a face cuts the clip, and what is too short is named', () => {
  const { segments, skipped } = decideSegments([...usable(4), 'no face', 'no face', ...usable(2)], 0);
  assert.deepEqual(segments, [{ start: 0, end: 4, split: 'train' }]);
  assert.deepEqual(skipped, [
    { frames: '4..5', reason: 'no face' },
    { frames: '6..7', reason: '2 consecutive frames with one face: a sample needs 3' },
  ]);
});

test('an empty clip is said to be empty', () => {
  assert.deepEqual(decideSegments([], 0.5).skipped, [{ frames: 'all', reason: 'the video has no frames' }]);
});

test('segments hold usable frames only, never overlap, and no training sample sees a held-out frame', () => {
  const frames = fc.array(fc.option(fc.constantFrom('no face', 'two faces'), { freq: 8 }), { maxLength: 200 });
  fc.assert(
    fc.property(frames, fc.double({ min: 0, max: 1, noNaN: true }), (problems, holdout) => {
      const { segments } = decideSegments(problems, holdout);
      const firstHeld = Math.min(...segments.filter(({ split }) => split === 'val').map(({ start }) => start));
      let before = -1;
      for (const { start, end, split } of segments) {
        assert.ok(start >= before && end - start >= 3);
        assert.ok(problems.slice(start, end).every((problem) => problem === null));
        if (split === 'train') assert.ok(end <= firstHeld - 1 || firstHeld === Number.POSITIVE_INFINITY);
        before = end;
      }
    }),
  );
});
