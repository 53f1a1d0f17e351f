import type { HeadMesh } from './head-mesh.js';
import { largestMove, orthonormal, scaleToLargest } from './orthogonal.js';
import { normalStream, randomStream } from './random.js';
import { bell, smoothStep } from './scalar-fields.js';
import { shapeFields } from './shape-fields.js';
import { type Field, sampleField } from './vertex-field.js';

export const shapeCount = 100;

/** 100 mutually orthogonal directions [N*3] in millimetres: the meaningful ones, then seeded smooth ones of falling size. */
export function shapeBasis(mesh: HeadMesh, seed: number): Float64Array[] {
  const raw = shapeFields.map(([, field]) => sampleField(mesh, field, true));
  const sizes = raw.map(largestMove);
  const uniform = randomStream(seed, 'shape');
  for (let k = raw.length; k < shapeCount; k += 1) {
    raw.push(sampleField(mesh, smoothMixture(uniform, k % 2 === 0), true));
    sizes.push(3 * 0.975 ** (k - shapeFields.length));
  }
  const basis = orthonormal(raw);
  for (const [k, direction] of basis.entries()) scaleToLargest(direction, sizes[k]!);
  return basis;
}

/** A few broad bells on the face with random pulls, mirrored or lopsided, fading behind and on the neck. */
function smoothMixture(uniform: () => number, mirrored: boolean): Field {
  const normal = normalStream(uniform);
  const bumps = Array.from({ length: 7 }, () => ({
    s: (uniform() * 2 - 1) * 80,
    h: uniform() * 190 - 105,
    width: 14 + 22 * uniform(),
    move: [normal(), normal(), normal()] as const,
  }));
  return (s, h) => {
    const out: [number, number, number] = [0, 0, 0];
    const front = (1 - smoothStep(Math.abs(s), 105, 160)) * smoothStep(h, -150, -110);
    for (const bump of bumps) {
      const here = bell(s, h, bump.s, bump.h, bump.width, bump.width) * front;
      const there = mirrored ? bell(-s, h, bump.s, bump.h, bump.width, bump.width) * front : 0;
      out[0] += bump.move[0] * (here - there);
      out[1] += bump.move[1] * (here + there);
      out[2] += bump.move[2] * (here + there);
    }
    return out;
  };
}
