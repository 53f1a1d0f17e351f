import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { DatasetManifest, SequenceEntry } from '../data/types.js';
import { groupKey, spreadIndices, videoGroups } from './video-groups.js';

const entry = (id: string, split: 'train' | 'val' = 'train'): SequenceEntry => ({
  id,
  source: id.startsWith('Aff') ? 'affwild2' : 'mead',
  split,
  frames: ['00001', '00002', '00003'],
  sha256: `hash of ${id}`,
});

const manifest: DatasetManifest = {
  version: 1,
  imageSize: 224,
  sequences: [
    entry('Aff-wild2/masks/a_sequence/1'),
    entry('Aff-wild2/masks/a_sequence/2', 'val'),
    entry('Aff-wild2/masks/b_sequence/1', 'val'),
    entry('MEAD_Dataset_25/masks/M003/happy/level_1/001'),
    entry('MEAD_Dataset_25/masks/M003/happy/level_1/002'),
  ],
  skipped: [],
  hash: 'h',
};

test('segments of a video share a shape that its train segments decide; clips stand alone', () => {
  const groups = videoGroups(manifest);
  assert.deepEqual(
    groups.map(({ sequences, fitted }) => [sequences.length, fitted.length]),
    [
      [2, 1],
      [1, 1],
      [1, 1],
      [1, 1],
    ],
  );
  assert.equal(groups[0]!.fitted[0]!.split, 'train');
  assert.equal(groups[1]!.fitted[0]!.split, 'val', 'a video without train segments is fitted to what it has');
});

test('the cache key follows files, splits, head and version', () => {
  const [group] = videoGroups(manifest);
  const key = groupKey(group!, 'assets', 1);
  const [first, second] = group!.sequences;
  const changed = { ...group!, sequences: [first!, { ...second!, sha256: 'new' }] };
  const moved = { ...group!, sequences: [first!, { ...second!, split: 'train' as const }] };
  const others = [
    groupKey(group!, 'other', 1),
    groupKey(group!, 'assets', 2),
    groupKey(changed, 'assets', 1),
    groupKey(moved, 'assets', 1),
  ];
  assert.equal(new Set([key, ...others]).size, 5);
});

test('frames are chosen evenly, all when they are few', () => {
  assert.deepEqual(spreadIndices(3, 5), [0, 1, 2]);
  assert.deepEqual(spreadIndices(10, 5), [1, 3, 5, 7, 9]);
});
