import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import fc from 'fast-check';
import { addInto, fromBf16, toBf16 } from './sum-kernel.js';

const bits = fc.integer({ min: 0, max: 0xffffffff });
const floatsOf = (values: readonly number[]) => new Float32Array(Uint32Array.from(values).buffer);
/** Zeros, the smallest and largest numbers, infinities, NaN with a payload in the lower half, ties to even on both sides. */
const special = [
  ...[0, 0x80000000, 1, 0x80000001, 0x007fffff, 0x00800000, 0x7f7fffff, 0xff7fffff, 0x7f800000, 0xff800000],
  ...[0x7f800001, 0xffc00000, 0x3f808000, 0x3f818000, 0x3f808001, 0x3f7fffff],
];
const numbers = fc.array(fc.oneof(bits, fc.constantFrom(...special)), { maxLength: 300 }).map(floatsOf);

function narrowed(value: number): number {
  const [bit] = new Uint32Array(Float32Array.of(value).buffer);
  if (Number.isNaN(value)) return (bit! >>> 16) | 0x40;
  return Math.floor((bit! + 0x7fff + ((bit! >>> 16) & 1)) / 65536);
}

describe('the sum kernel', () => {
  it('adds as a plain loop does, bit for bit', () => {
    fc.assert(
      fc.property(numbers, numbers, (one, other) => {
        const length = Math.min(one.length, other.length);
        const left = one.slice(0, length);
        addInto(left, other.subarray(0, length));
        for (const [index, sum] of left.entries()) assert.ok(Object.is(sum, Math.fround(one[index]! + other[index]!)));
      }),
    );
  });

  it('adds arrays of many blocks and in shared memory', () => {
    const left = new Float32Array(new SharedArrayBuffer(4 * 200_003)).map((_, index) => index / 3);
    const before = left.slice();
    const right = left.map((value) => Math.sin(value));
    addInto(left, right);
    for (const [index, sum] of left.entries()) assert.equal(sum, Math.fround(before[index]! + right[index]!));
  });

  it('rounds to bf16 to nearest even, and reads it back', () => {
    fc.assert(
      fc.property(numbers, (floats) => {
        const bytes = toBf16(floats);
        const halves = new Uint16Array(bytes.buffer);
        assert.deepEqual([...halves], [...floats].map(narrowed));
        const back = new Uint32Array(fromBf16(bytes).buffer);
        assert.deepEqual(
          [...back],
          [...halves].map((half) => half * 65536),
        );
      }),
    );
    assert.deepEqual(
      [...fromBf16(toBf16(new Float32Array(70_001).fill(1.5)))],
      Array.from({ length: 70_001 }, () => 1.5),
    );
  });
});
