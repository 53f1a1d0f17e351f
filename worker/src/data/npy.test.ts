import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import fc from 'fast-check';
import { decodeNpy, encodeNpy, type NpyData } from './npy.js';

const shapes = fc.array(fc.integer({ min: 0, max: 5 }), { maxLength: 4 });
const types = [Uint8Array, Int32Array, BigInt64Array, Float32Array, Float64Array] as const;

describe('.npy', () => {
  it('gives back what was written, for all types and shapes', () => {
    fc.assert(
      fc.property(shapes, fc.constantFrom(...types), fc.integer(), (shape, Type, seed) => {
        const count = shape.reduce((product, side) => product * side, 1);
        const data: NpyData = new Type(count);
        for (let i = 0; i < count; i++) data[i] = Type === BigInt64Array ? BigInt(seed + i) : seed / (i + 1);
        const bytes = encodeNpy({ shape, data });
        assert.equal((bytes.length - data.byteLength) % 64, 0);
        assert.deepEqual(decodeNpy(bytes), { shape, data });
      }),
    );
  });

  it('reads what numpy writes', () => {
    // numpy.save of numpy.array([[1, 2, 3]], dtype='<i4'), header padded to 128 bytes as older numpy does.
    const text = `${"{'descr': '<i4', 'fortran_order': False, 'shape': (1, 3), }".padEnd(117)}\n`;
    const head = Buffer.concat([Buffer.from([0x93, 0x4e, 0x55, 0x4d, 0x50, 0x59, 1, 0, 118, 0]), Buffer.from(text)]);
    const bytes = Buffer.concat([head, Buffer.from(Int32Array.of(1, 2, 3).buffer)]);
    assert.deepEqual(decodeNpy(bytes), { shape: [1, 3], data: Int32Array.of(1, 2, 3) });
  });

  it('refuses any damage with a coded error, never with a crash', () => {
    const good = encodeNpy({ shape: [2, 3], data: new Float32Array(6) });
    fc.assert(
      fc.property(fc.nat(good.length - 1), (length) => {
        assert.throws(() => decodeNpy(good.slice(0, length)), { code: 'AU_DATA_SAMPLE' });
      }),
    );
    const tokens = ['False', "'<f4'", '(2, 3)'];
    for (const [i, other] of ['True ', "'<c8'", '(2, 4)'].entries()) {
      const bytes = Buffer.from(Buffer.from(good).toString('latin1').replace(tokens[i]!, other), 'latin1');
      assert.throws(() => decodeNpy(bytes), { code: 'AU_DATA_SAMPLE' });
    }
  });
});
