import assert from 'node:assert/strict';
import { test } from 'node:test';
import { AuseqError } from '@auseq/proto/errors';
import fc from 'fast-check';
import { sizeOf } from './parameter.js';
import { type NamedArray, readSafetensors, writeSafetensors } from './safetensors.js';

const shapes = fc.array(fc.integer({ min: 0, max: 4 }), { maxLength: 4 });
const arrays: fc.Arbitrary<NamedArray[]> = fc.uniqueArray(
  fc
    .tuple(fc.string(), shapes, fc.boolean(), fc.infiniteStream(fc.integer({ min: -(2 ** 31), max: 2 ** 31 - 1 })))
    .map(([name, shape, float, stream]) => {
      const bits = Int32Array.from(Array.from({ length: sizeOf(shape) }, () => stream.next().value as number));
      return { name, shape, data: float ? new Float32Array(bits.buffer) : bits };
    }),
  { selector: ({ name }) => name, maxLength: 8 },
);
const bytesOf = ({ buffer, byteOffset, byteLength }: ArrayBufferView) => Buffer.from(buffer, byteOffset, byteLength);

test('what was written is read back, bit for bit, at any alignment', () => {
  fc.assert(
    fc.property(arrays, fc.integer({ min: 0, max: 7 }), (list, shift) => {
      const written = writeSafetensors(list, { step: '3' });
      assert.equal(new DataView(written.buffer).getBigUint64(0, true) % 8n, 0n);
      const moved = new Uint8Array(written.length + shift);
      moved.set(written, shift);
      const found = readSafetensors(moved.subarray(shift));
      assert.equal(found.size, list.length);
      for (const { name, shape, data } of list) {
        const read = found.get(name)!;
        assert.deepEqual(read.shape, shape);
        assert.equal(read.data.constructor, data.constructor);
        assert.ok(bytesOf(read.data).equals(bytesOf(data)));
      }
    }),
    { numRuns: 100 },
  );
});

test('a cut or lengthened container is refused with a code', () => {
  const bytes = writeSafetensors([{ name: 'a', shape: [2, 3], data: new Float32Array(6) }]);
  for (const length of [0, 7, 8, 20, bytes.length - 1]) {
    assert.throws(() => readSafetensors(bytes.subarray(0, length)), { code: 'AU_ASSETS_INVALID' });
  }
  const longer = new Uint8Array(bytes.length + 4);
  longer.set(bytes);
  assert.throws(() => readSafetensors(longer, 'AU_CHECKPOINT_CORRUPT'), { code: 'AU_CHECKPOINT_CORRUPT' });
});

test('damaged bytes give the same names or a coded error, never another failure', () => {
  const bytes = writeSafetensors([
    { name: 'a', shape: [2], data: new Float32Array(2) },
    { name: 'b', shape: [3], data: new Int32Array(3) },
  ]);
  fc.assert(
    fc.property(fc.nat(bytes.length - 1), fc.nat(255), (at, value) => {
      const damaged = bytes.slice();
      damaged[at] = value;
      try {
        readSafetensors(damaged);
      } catch (error) {
        assert.ok(error instanceof AuseqError, String(error));
      }
    }),
    { numRuns: 500 },
  );
});

test('overlaps, gaps, other types and wrong sizes are refused', () => {
  const build = (header: object, size: number) => {
    const json = Buffer.from(JSON.stringify(header));
    const bytes = Buffer.alloc(8 + json.length + size);
    bytes.writeBigUInt64LE(BigInt(json.length));
    json.copy(bytes, 8);
    return bytes;
  };
  const entry = (from: number, to: number, dtype = 'F32', shape = [(to - from) / 4]) => ({
    dtype,
    shape,
    data_offsets: [from, to],
  });
  assert.equal(readSafetensors(build({ a: entry(0, 8), b: entry(8, 12) }, 12)).size, 2);
  const bad: [object, number][] = [
    [{ a: entry(0, 8), b: entry(4, 12) }, 12],
    [{ a: entry(0, 4), b: entry(8, 12) }, 12],
    [{ a: entry(0, 8, 'F16') }, 8],
    [{ a: entry(0, 8, 'F32', [3]) }, 8],
    [{ a: entry(0, 8, 'F32', [-1, -2]) }, 8],
    [{ a: null }, 0],
    [[], 0],
  ];
  for (const [header, size] of bad)
    assert.throws(() => readSafetensors(build(header, size)), { code: 'AU_ASSETS_INVALID' });
});

test('a repeated name and a wrong size are refused when writing', () => {
  const one = { name: 'a', shape: [1], data: new Float32Array(1) };
  assert.throws(() => writeSafetensors([one, one]), AuseqError);
  assert.throws(() => writeSafetensors([{ ...one, shape: [2] }]), AuseqError);
});
