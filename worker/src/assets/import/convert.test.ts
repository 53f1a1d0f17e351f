import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { AuseqError } from '@auseq/proto/errors';
import { auScoreConstants, auScoreParameters } from '../../model/networks/au-scores.js';
import { networkParameters } from '../../model/networks/parameters.js';
import { resNetShapes } from '../../model/networks/resnet-shape.js';
import { flameStandin } from '../standin/flame-standin.js';
import { buildHeadMesh } from '../standin/head-mesh.js';
import { standinLandmarks } from '../standin/landmark-embeddings.js';
import { standinTexture } from '../standin/texture-standin.js';
import { legacyFlame } from './legacy-flame.js';
import { legacyLandmarks } from './legacy-landmarks.js';
import { legacyNetwork } from './legacy-network.js';
import { legacyFlameTexture } from './legacy-texture.js';

const invalid = (pattern: RegExp) => (error: unknown) => {
  assert.ok(error instanceof AuseqError);
  assert.equal(error.code, 'AU_ASSETS_INVALID');
  assert.match(error.why, pattern);
  return true;
};

describe('legacy values become what our own stand-ins are', () => {
  const mesh = buildHeadMesh(3);
  const flame = flameStandin(mesh, 3);
  const vertices = 5023;

  /** The fields of generic_model.pkl that hold this head: float64, 400 directions, regressor compressed by columns. */
  function legacyFields(): Map<string, unknown> {
    const shapeDirs = new Float64Array(vertices * 3 * 400);
    for (let row = 0; row < vertices * 3; row++)
      for (let k = 0; k < 150; k++) shapeDirs[row * 400 + (k < 100 ? k : k + 200)] = flame.shapeDirs[row * 150 + k]!;
    const poseDirs = new Float64Array(vertices * 3 * 36);
    for (let row = 0; row < vertices * 3; row++)
      for (let k = 0; k < 36; k++) poseDirs[row * 36 + k] = flame.poseDirs[k * vertices * 3 + row]!;
    const data: number[] = [];
    const indices: number[] = [];
    const indptr = [0];
    for (let column = 0; column < vertices; column++) {
      for (let row = 0; row < 5; row++) {
        const value = flame.jointRegressor[row * vertices + column]!;
        if (value !== 0) data.push(value);
        if (value !== 0) indices.push(row);
      }
      indptr.push(data.length);
    }
    return new Map<string, unknown>([
      ['v_template', { shape: [vertices, 3], data: Float64Array.from(flame.template) }],
      ['shapedirs', { shape: [vertices, 3, 400], data: shapeDirs }],
      ['posedirs', { shape: [vertices, 3, 36], data: poseDirs }],
      ['J_regressor', { format: 'csc', shape: [5, vertices], data, indices, indptr }],
      ['weights', { shape: [vertices, 5], data: Float64Array.from(flame.lbsWeights) }],
      ['kintree_table', { shape: [2, 5], data: BigInt64Array.of(4294967295n, 0n, 1n, 1n, 1n, 0n, 1n, 2n, 3n, 4n) }],
      ['f', { shape: [9976, 3], data: Uint32Array.from(flame.faces) }],
    ]);
  }

  it('the head, bit for bit', () => {
    const fields = legacyFields();
    assert.deepEqual(legacyFlame(fields, flame, 'x'), flame);
    fields.set('weights', { shape: [vertices, 4], data: new Float64Array(vertices * 4) });
    assert.throws(() => legacyFlame(fields, flame, 'x'), invalid(/"weights" is \[5023, 4\], not \[5023, 5\]/));
    fields.delete('weights');
    assert.throws(() => legacyFlame(fields, flame, 'x'), invalid(/no "weights"/));
  });

  it('the landmarks, and an index that is no face is refused', () => {
    const landmarks = standinLandmarks(mesh.skin);
    const array = (data: ArrayLike<number>, ...shape: number[]) => ({ shape, data });
    const sparse = new Map<string, unknown>([
      ['static_lmk_faces_idx', array(landmarks.staticFaces, 51)],
      ['static_lmk_bary_coords', array(landmarks.staticBary, 51, 3)],
      ['dynamic_lmk_faces_idx', array(landmarks.dynamicFaces, 79, 17)],
      ['dynamic_lmk_bary_coords', array(landmarks.dynamicBary, 79, 17, 3)],
      ['full_lmk_faces_idx', array(landmarks.fullFaces, 1, 68)],
      ['full_lmk_bary_coords', array(landmarks.fullBary, 1, 68, 3)],
    ]);
    const dense = new Map<string, unknown>([
      ['lmk_face_idx', array(landmarks.denseFaces, 105)],
      ['lmk_b_coords', array(landmarks.denseBary, 105, 3)],
      ['landmark_indices', array(landmarks.denseIndices, 105)],
    ]);
    const sources = [
      { dict: sparse, path: 'a' },
      { dict: dense, path: 'b' },
    ] as const;
    assert.deepEqual(legacyLandmarks(...sources), landmarks);
    dense.set('lmk_face_idx', array(new Int32Array(105).fill(9976), 105));
    assert.throws(() => legacyLandmarks(...sources), invalid(/"lmk_face_idx" holds 9976 at 0/));
  });

  it('the texture: even rows and columns, channels turned round, 0..255 to 0..1', () => {
    const texture = standinTexture(3);
    const at = (row: number, column: number, channel: number) => (row * 512 + column) * 3 + (2 - channel);
    const mean = new Float64Array(512 * 512 * 3).fill(Number.NaN);
    const basis = new Float32Array(512 * 512 * 3 * 200).fill(Number.NaN);
    for (let row = 0; row < 256; row++)
      for (let column = 0; column < 256; column++)
        for (let channel = 0; channel < 3; channel++) {
          const from = (row * 256 + column) * 3 + channel;
          const to = at(row * 2, column * 2, channel);
          mean[to] = texture.mean[from]! * 255;
          for (let k = 0; k < 50; k++) basis[to * 200 + k] = from + k;
        }
    const file = new Map<string, unknown>([
      ['mean', { shape: [512, 512, 3], data: mean }],
      ['tex_dir', { shape: [512, 512, 3, 200], data: basis }],
    ]);
    const read = legacyFlameTexture(file, 'x');
    assert.ok(read.mean.every((value, index) => Math.abs(value - texture.mean[index]!) < 1e-6));
    assert.ok(read.basis.every((value, index) => value === Math.fround((Math.floor(index / 50) + (index % 50)) / 255)));
  });
});

describe('a state dict', () => {
  const entries = networkParameters('au_net', resNetShapes.tiny).map(({ name, shape }, index): [string, unknown] => {
    const size = shape.reduce((product, length) => product * length, 1);
    return [`module.${name}`, { shape, data: new Float32Array(size).fill(index) }];
  });

  it('loses its prefix, tells its preset by its sizes, and names what is not used', () => {
    const extra: [string, unknown] = ['module.head.gnn.U.weight', { shape: [1], data: [1] }];
    const network = legacyNetwork('au_net', new Map([...entries, extra]), 'x');
    assert.equal(network.preset, 'tiny');
    assert.deepEqual(network.unused, ['head.gnn.U.weight']);
    assert.equal(network.weights.size, entries.length);
    assert.equal(network.weights.get(entries[4]![0].slice(7))!.data[0], 4);
  });

  it('of the AU network keeps its score vectors where it has them', () => {
    const vectors = auScoreParameters(resNetShapes.tiny).map(({ name, shape }): [string, unknown] => [
      `module.${name}`,
      { shape, data: new Float32Array(shape[0]! * shape[1]!).fill(0.5) },
    ]);
    const network = legacyNetwork('au_net', new Map([...entries, ...vectors]), 'x');
    assert.deepEqual(network.unused, []);
    assert.deepEqual(network.weights.get('head.sub_sc')!.shape, [14, resNetShapes.tiny.auWidth]);
    const scores = auScoreConstants({ kind: 'licensed', network: () => network.weights }, resNetShapes.tiny);
    assert.deepEqual(scores['score/vectors']!.shape, [41, resNetShapes.tiny.auWidth]);
  });

  it('that lacks a weight, or holds one of another shape or one that is not finite, is refused by name', () => {
    const [name, first] = entries[0] as [string, { shape: number[]; data: Float32Array }];
    const without = new Map(entries.slice(1));
    const plain = name.slice(7).replaceAll('.', '\\.');
    assert.throws(() => legacyNetwork('au_net', without, 'x'), invalid(new RegExp(`${plain}: missing`)));
    const flat = new Map([...entries, [name, { shape: [first.data.length], data: first.data }] as const]);
    assert.throws(() => legacyNetwork('au_net', flat, 'x'), invalid(new RegExp(`${plain}: \\[`)));
    const broken = { shape: first.shape, data: new Float32Array(first.data.length).fill(Number.NaN) };
    assert.throws(() => legacyNetwork('au_net', new Map([...entries, [name, broken]]), 'x'), invalid(/holds NaN at 0/));
  });
});
