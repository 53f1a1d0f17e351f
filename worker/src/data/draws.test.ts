import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import fc from 'fast-check';
import { epochDraws, epochLength, positionOf, splitDraws, stepDraws } from './draws.js';
import type { DatasetManifest, SequenceEntry, Source, Split } from './types.js';

function manifestOf(counts: { mead: number; affwild2: number; val: number }): DatasetManifest {
  const make = (source: Source, split: Split, count: number) =>
    Array.from({ length: count }, (_, i): SequenceEntry => {
      const frames = Array.from({ length: 3 + ((i * 7) % 5) }, (_, frame) => String(frame));
      return { id: `${source}/${split}/${i}`, source, split, frames, sha256: '' };
    });
  const sequences = [
    ...make('affwild2', 'train', counts.affwild2),
    ...make('mead', 'train', counts.mead),
    ...make('affwild2', 'val', counts.val),
  ];
  return { version: 1, imageSize: 8, sequences, skipped: [], hash: '' };
}

const cases = fc.record({
  mead: fc.nat(12),
  affwild2: fc.integer({ min: 1, max: 6 }),
  val: fc.nat(3),
  take: fc.nat(15),
  copies: fc.integer({ min: 1, max: 4 }),
  seed: fc.nat(),
  leaves: fc.integer({ min: 1, max: 5 }),
  batch: fc.integer({ min: 1, max: 4 }),
});
const mixOf = (take: number, copies: number) => ({
  dataset: { mead_sequences: take, affwild2_copies: copies, windowsize: 3 },
});

describe('epochDraws', () => {
  it('holds each Aff-Wild2 copy once and the asked number of different MEAD sequences', () => {
    fc.assert(
      fc.property(cases, fc.nat(5), (one, epoch) => {
        const manifest = manifestOf(one);
        const mix = mixOf(one.take, one.copies);
        const draws = epochDraws(manifest, mix, one.seed, epoch);
        assert.equal(draws.length, epochLength(manifest, mix));
        assert.equal(draws.length, Math.min(one.take, one.mead) + one.copies * one.affwild2);
        assert.equal(new Set(draws.map(({ sequence, copy }) => `${sequence} ${copy}`)).size, draws.length);
        for (const [position, draw] of draws.entries()) {
          const { frames, split } = manifest.sequences.find(({ id }) => id === draw.sequence)!;
          assert.ok(draw.centre >= 1 && draw.centre <= frames.length - 2);
          assert.deepEqual([split, draw.position, draw.epoch], ['train', position, epoch]);
        }
      }),
    );
  });

  it('draws other sequences, another order and other centres in another epoch or with another seed', () => {
    const manifest = manifestOf({ mead: 40, affwild2: 20, val: 0 });
    const lists = [
      [0, 0],
      [0, 1],
      [1, 0],
    ].map(([seed, epoch]) => epochDraws(manifest, mixOf(10, 3), seed!, epoch!));
    const seen = new Set(lists.map((list) => JSON.stringify(list.map(({ sequence, centre }) => [sequence, centre]))));
    assert.equal(seen.size, 3);
    const mead = new Set(
      lists.map((l) =>
        l
          .filter((d) => d.sequence.startsWith('mead'))
          .map((d) => d.sequence)
          .sort()
          .join(),
      ),
    );
    assert.equal(mead.size, 3);
  });
});

describe('stepDraws (PROTOCOL 3)', () => {
  it('uses each list position of each epoch exactly once, also where a step straddles epochs', () => {
    fc.assert(
      fc.property(cases, (one) => {
        const manifest = manifestOf(one);
        const mix = mixOf(one.take, one.copies);
        const perStep = one.leaves * one.batch;
        const steps = 2 + Math.ceil((2 * epochLength(manifest, mix)) / perStep);
        const all = Array.from({ length: steps }, (_, step) =>
          stepDraws(manifest, mix, one.seed, step, one.leaves, one.batch),
        );
        assert.ok(all.every((leaves) => leaves.length === one.leaves && leaves.every((l) => l.length === one.batch)));
        const flat = all.flat(2);
        for (const [used, draw] of flat.entries()) {
          assert.deepEqual(positionOf(manifest, mix, used), { epoch: draw.epoch, position: draw.position });
          assert.deepEqual(draw, epochDraws(manifest, mix, one.seed, draw.epoch)[draw.position]);
        }
        assert.equal(new Set(flat.map((d) => `${d.epoch} ${d.position}`)).size, flat.length);
      }),
      { numRuns: 30 },
    );
  });

  it('gives the same step whatever was asked before', () => {
    const fresh = () => manifestOf({ mead: 5, affwild2: 3, val: 0 });
    const mix = mixOf(4, 2);
    const walked = fresh();
    for (let step = 0; step < 40; step++) stepDraws(walked, mix, 3, step, 2, 2);
    for (const step of [39, 0, 17])
      assert.deepEqual(stepDraws(walked, mix, 3, step, 2, 2), stepDraws(fresh(), mix, 3, step, 2, 2));
  });

  it('says so where nothing is left to train on', () => {
    const empty = manifestOf({ mead: 0, affwild2: 0, val: 2 });
    assert.throws(() => stepDraws(empty, mixOf(1, 1), 0, 0, 1, 1), { code: 'AU_DATA_EMPTY' });
  });
});

describe('splitDraws', () => {
  it('lists every interior centre of the held-out sequences in order', () => {
    const manifest = manifestOf({ mead: 1, affwild2: 1, val: 3 });
    const draws = splitDraws(manifest, 'val', 3);
    const expected = manifest.sequences
      .filter(({ split }) => split === 'val')
      .flatMap(({ id, frames }) => Array.from({ length: frames.length - 2 }, (_, i) => `${id} ${i + 1}`));
    assert.deepEqual(
      draws.map(({ sequence, centre }) => `${sequence} ${centre}`),
      expected,
    );
    assert.deepEqual(
      draws.map(({ position }) => position),
      draws.map((_, i) => i),
    );
  });
});
