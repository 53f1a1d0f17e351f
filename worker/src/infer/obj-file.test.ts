import assert from 'node:assert/strict';
import { it } from 'node:test';
import type { FlameModel } from '../assets/types.js';
import { objText } from './obj-file.js';

it('an obj counts from one and gives each corner its uv', () => {
  const flame = {
    faces: Int32Array.of(0, 1, 2),
    uvFaces: Int32Array.of(2, 0, 1),
    uvs: Float32Array.of(0, 0, 1, 0, 0.5, 1),
  } as unknown as FlameModel;
  assert.equal(
    objText(flame, Float32Array.of(0, 0, 0, 1, 0, 0, 0, 1, -0.5)),
    [
      'mtllib face.mtl',
      'usemtl face',
      'v 0.000000 0.000000 0.000000',
      'v 1.000000 0.000000 0.000000',
      'v 0.000000 1.000000 -0.500000',
      'vt 0.000000 0.000000',
      'vt 1.000000 0.000000',
      'vt 0.500000 1.000000',
      'f 1/3 2/1 3/2',
      '',
    ].join('\n'),
  );
});
