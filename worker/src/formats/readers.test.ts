import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { AuseqError } from '@auseq/proto/errors';
import { isNdArray, isObjectArray, type NdArray } from './nd-array.js';
import { readNpy } from './npy.js';
import { readNpz } from './npz.js';
import { readObj } from './obj.js';
import { isSparseMatrix } from './pickle/science-classes.js';
import { unpickleBytes } from './pickle/unpickle.js';
import { sample } from './samples.fixture.js';
import { readTorch } from './torch.js';
import { readTorchZip } from './torch-zip.js';

const grid = Array.from({ length: 24 }, (_, index) => index / 8);
const read = <T>(reader: (data: Uint8Array, path: string) => T, name: string): T => {
  const { data, path } = sample(name);
  return reader(data, path);
};
const pickled = (data: Uint8Array, path: string) => unpickleBytes(data, { path }) as Map<string, unknown>;

function shown(value: unknown): { shape: readonly number[]; values: number[] } {
  assert.ok(isNdArray(value), String(value));
  return { shape: value.shape, values: Array.from(value.data as ArrayLike<number | bigint>, Number) };
}
const refuses = (body: () => unknown, pattern: RegExp) =>
  assert.throws(body, (error) => {
    assert.ok(error instanceof AuseqError, String(error));
    assert.equal(error.code, 'AU_FILE_FORMAT');
    assert.match(`${error.message} ${error.why}`, pattern);
    return true;
  });

describe('a pickle of Python 2', () => {
  const model = read(pickled, 'python2.pkl');

  it('gives arrays, also those wrapped by chumpy, in row-major order', () => {
    assert.deepEqual(shown(model.get('f')), { shape: [2, 3], values: [0, 1, 2, 2, 1, 3] });
    assert.deepEqual(shown(model.get('v_template')), { shape: [2, 2], values: [0.5, -1.5, 2.5, 3] });
    assert.deepEqual(shown(model.get('shapedirs')), { shape: [2, 3, 4], values: grid });
    assert.deepEqual(shown(model.get('posedirs')), { shape: [2, 3, 4], values: grid });
    assert.deepEqual(shown(model.get('kintree_table')).values, [4294967295, 0, 1, 0, 1, 2]);
    assert.equal(shown(model.get('eight')).values[300], 300 % 256);
  });

  it('gives the sparse matrix by its columns', () => {
    const matrix = model.get('J_regressor');
    assert.ok(isSparseMatrix(matrix));
    assert.deepEqual([matrix.format, matrix.shape], ['csc', [3, 4]]);
    assert.deepEqual(Array.from(matrix.indptr as Int32Array), [0, 1, 2, 3, 5]);
    assert.deepEqual(Array.from(matrix.indices as Int32Array), [1, 0, 2, 0, 2]);
    assert.deepEqual(Array.from(matrix.data as Float64Array), [1, 0.5, 0.25, 0.5, 0.75]);
  });

  it('keeps text as bytes and long integers exact', () => {
    assert.deepEqual(model.get('bs_style'), new Uint8Array(Buffer.from('lbs')));
    assert.deepEqual([model.get('big'), model.get('small')], [2n ** 70n, -(2 ** 40)]);
  });
});

for (const protocol of [0, 1, 2, 3, 4, 5]) {
  it(`a pickle of protocol ${protocol} gives every kind of value`, () => {
    const value = read(pickled, `protocol${protocol}.pkl`);
    assert.deepEqual([value.get('none'), value.get('yes'), value.get('no')], [null, true, false]);
    assert.deepEqual(value.get('int'), [0, 255, 65535, -1, 2 ** 31 - 1, -(2 ** 31), 2n ** 53n, -(2n ** 64n)]);
    assert.deepEqual(value.get('float'), [0, -0.5, 1e300, Number.POSITIVE_INFINITY]);
    assert.equal(value.get('text'), "Grüße 😀\n'quoted' \\ back");
    assert.deepEqual(
      value.get('bytes'),
      Uint8Array.from({ length: 256 }, (_, index) => index),
    );
    assert.deepEqual(value.get('tuple'), [1, [2, 3], []]);
    const nested = value.get('nested') as Map<unknown, unknown>;
    assert.deepEqual(nested.get('a'), [new Map([['b', [null]]])]);
    assert.equal(nested.get(7), 'seven');
    assert.deepEqual(
      [...(value.get('ordered') as Map<string, number>)],
      [
        ['z', 1],
        ['a', 2],
      ],
    );
    assert.deepEqual(value.get('set'), new Set([1, 2, 3]));
    assert.deepEqual(shown(value.get('array')), { shape: [2, 3], values: [0, 1, 2, 3, 4, 5] });
    assert.equal(value.get('scalar'), 2.5);
    assert.deepEqual(shown(value.get('big_endian')).values, [0, 1, 2, 3]);
    assert.deepEqual(shown(value.get('bool')).values, [1, 0, 1]);
    assert.deepEqual(shown(value.get('half')).values, [0.5, -2, 65504, 2 ** -24]);
  });
}

for (const name of ['torch.pth', 'torch-old.pth']) {
  it(`${name}: every kind of tensor`, () => {
    const file = read(readTorch, name) as Map<string, unknown>;
    assert.equal(file.get('epoch'), 3);
    const state = file.get('state_dict') as Map<string, NdArray>;
    const base = Array.from({ length: 12 }, (_, index) => index);
    const tensor = (key: string) => shown(state.get(`module.${key}`));
    assert.deepEqual(tensor('weight'), { shape: [3, 4], values: base });
    assert.deepEqual(tensor('transposed'), { shape: [4, 3], values: [0, 4, 8, 1, 5, 9, 2, 6, 10, 3, 7, 11] });
    assert.deepEqual(tensor('slice'), { shape: [2, 2], values: [5, 6, 9, 10] });
    assert.deepEqual(tensor('parameter').values, [1.5, -2.5]);
    assert.deepEqual(tensor('half').values, [0.5, -0.25]);
    assert.deepEqual(tensor('bf16').values, [1, -3]);
    assert.deepEqual(tensor('long').values, [1, -(2 ** 40)]);
    assert.deepEqual(tensor('bool').values, [1, 0]);
    assert.deepEqual(tensor('scalar'), { shape: [], values: [7] });
    assert.deepEqual(tensor('empty'), { shape: [0, 3], values: [] });
  });
}

describe('arrays of numpy', () => {
  it('of each order and type', () => {
    for (const name of ['float64.npy', 'fortran.npy', 'big-endian.npy'])
      assert.deepEqual(shown(read(readNpy, name)), { shape: [2, 3, 4], values: grid }, name);
    const long = read(readNpy, 'int64.npy') as NdArray;
    assert.deepEqual([...(long.data as BigInt64Array)], [1n, -2n, 3n, 2n ** 60n]);
    assert.deepEqual(shown(read(readNpy, 'scalar.npy')), { shape: [], values: [1.25] });
  });

  it('of objects, tensors of torch among them', () => {
    const array = read(readNpy, 'objects.npy');
    assert.ok(isObjectArray(array));
    assert.deepEqual(array.shape, []);
    const dict = array.objects[0] as Map<string, unknown>;
    assert.deepEqual(shown(dict.get('static_lmk_faces_idx')).values, [0, 1, 2]);
    assert.deepEqual(shown(dict.get('dynamic_lmk_faces_idx')), { shape: [2, 2], values: [0, 1, 2, 3] });
    assert.deepEqual(shown(dict.get('dynamic_lmk_bary_coords')).values, [0, 0.25, 0.5, 0.75, 1, 1.25]);
  });

  it('in archives, stored and deflated', () => {
    const stored = read(readNpz, 'stored.npz');
    assert.deepEqual(shown(stored.get('mean')).values, grid);
    assert.deepEqual(shown(stored.get('index')).values, [1, 2, 3]);
    const deflated = read(readNpz, 'deflated.npz');
    assert.deepEqual(shown(deflated.get('mean')).values, Array(400).fill(0));
  });
});

it('a mesh, its texture coordinates and faces that count from either end', () => {
  const mesh = read(readObj, 'head.obj');
  assert.deepEqual(
    [...mesh.vertices.subarray(6)].map((x) => Number(x.toFixed(6))),
    [1, 1, 0.5, 0, 1, -0.001],
  );
  assert.equal(mesh.uvs.length, 10);
  assert.deepEqual([...mesh.faces], [0, 1, 2, 0, 2, 3]);
  assert.deepEqual([...mesh.uvFaces], [0, 1, 2, 4, 2, 3]);
});

describe('what no weight file holds is refused by name', () => {
  it('a class that would run code', () => {
    refuses(() => read(pickled, 'evil.pkl'), /(posix|nt|os)\.system, which is not on the list/);
  });
  it('a pickle that needs data of its own outside', () => {
    const bytes = Buffer.from('\x80\x02K\x01Q.', 'latin1');
    refuses(() => unpickleBytes(bytes, { path: 'x' }), /outside of itself/);
  });
  it('a file that is cut short, or of another kind', () => {
    const { data } = sample('torch.pth');
    refuses(() => readTorchZip(data.subarray(0, data.length - 30), 'x'), /cut short/);
    refuses(() => readNpy(sample('torch.pth').data, 'x'), /no \.npy/);
    refuses(() => readNpy(sample('float64.npy').data.subarray(0, 200), 'x'), /needs 192 bytes, 72 are left/);
    refuses(() => readObj(Buffer.from('v 1 2\n'), 'x'), /3 numbers are needed/);
    refuses(() => readObj(Buffer.from('v 1 2 3\nf 1 1 9\n'), 'x'), /"9" names none of 1/);
  });
  it('bombs: a thousand objects a byte, an integer of a megabyte, an entry that claims gigabytes', () => {
    refuses(() => unpickleBytes(Buffer.alloc(1 << 20, ']'), { path: 'x' }), /more than 200000 objects/);
    refuses(() => unpickleBytes(Buffer.alloc(2 << 20, 'N'), { path: 'x' }), /wait on the stack/);
    const long = Buffer.concat([Buffer.from([0x8b, 0, 0, 16, 0]), Buffer.alloc(1 << 20)]);
    refuses(() => unpickleBytes(long, { path: 'x' }), /an integer of 1048576 bytes/);
    const { data } = sample('stored.npz');
    const at = Buffer.from(data).lastIndexOf('PK\x01\x02', undefined, 'latin1');
    const claimed = data.slice();
    new DataView(claimed.buffer).setUint32(at + 20, 0xfffffff0, true);
    new DataView(claimed.buffer).setUint32(at + 24, 0xfffffff0, true);
    refuses(() => readNpz(claimed, 'x'), /claims 4294967280 bytes/);
  });
});
