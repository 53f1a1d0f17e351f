import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { rasterise } from './raster.js';

const size = 12;

/** Every pixel against every triangle, straight from the definition. */
function reference(points: Float32Array, faces: Int32Array): Int32Array {
  const corner = (face: number, k: number) => [0, 1, 2].map((axis) => points[faces[face * 3 + k]! * 3 + axis]!);
  return Int32Array.from({ length: size * size }, (_, pixel) => {
    const p = [-1 + (2 * (pixel % size) + 1) / size, -1 + (2 * Math.floor(pixel / size) + 1) / size];
    let best = -1;
    let nearest = Number.POSITIVE_INFINITY;
    for (let face = 0; face < faces.length / 3; face++) {
      const [a, b, c] = [corner(face, 0), corner(face, 1), corner(face, 2)];
      const doubled = (u: number[], v: number[], w: number[]) =>
        (v[0]! - u[0]!) * (w[1]! - u[1]!) - (w[0]! - u[0]!) * (v[1]! - u[1]!);
      const area = doubled(a, b, c);
      if (Math.abs(area) <= 1e-8) continue;
      const w = [doubled(p, b, c) / area, doubled(p, c, a) / area, doubled(p, a, b) / area];
      if (w.some((value) => value <= 0)) continue;
      const z = [a, b, c].reduce((sum, one, k) => sum + w[k]! * Math.fround(one[2]! + 10), 0);
      if (z < nearest) [nearest, best] = [z, face];
    }
    return best;
  });
}

test('the rasteriser equals the definition on random triangles', () => {
  const coordinate = fc.float({ min: Math.fround(-1.3), max: Math.fround(1.3), noNaN: true });
  fc.assert(
    fc.property(
      fc.array(coordinate, { minLength: 30, maxLength: 30 }),
      fc.array(fc.nat(9), { minLength: 24, maxLength: 24 }),
      (xs, ids) => {
        const points = Float32Array.from(xs);
        const faces = Int32Array.from(ids);
        assert.deepEqual(rasterise(points, faces, size), reference(points, faces));
      },
    ),
    { numRuns: 200 },
  );
});

test('the nearer of two triangles wins, the lower index on a tie, both orientations are drawn', () => {
  const flat = (z: number) => [-1, -1, z, 1, -1, z, 0, 1, z];
  const faces = Int32Array.of(0, 1, 2, 5, 4, 3);
  const middle = (size / 2) * size + size / 2;
  assert.equal(rasterise(Float32Array.from([...flat(0.5), ...flat(0.1)]), faces, size)[middle], 1);
  assert.equal(rasterise(Float32Array.from([...flat(0.1), ...flat(0.5)]), faces, size)[middle], 0);
  assert.equal(rasterise(Float32Array.from([...flat(0.3), ...flat(0.3)]), faces, size)[middle], 0);
});
