import { brow, eye, mouth } from './anatomy.js';
import { broadBend, rigidMoves } from './broad-fields.js';
import { browMove, expressionFields, lid, lipShare, mouthShare } from './expression-fields.js';
import type { HeadMesh } from './head-mesh.js';
import { addDirection, orthonormal, removeAlong, scaleToLargest } from './orthogonal.js';
import { normalStream, randomStream } from './random.js';
import { bell } from './scalar-fields.js';
import { type Field, sampleField, sumOf } from './vertex-field.js';

export const expressionCount = 50;

/** 50 directions [N*3] in millimetres: the meaningful ones, then seeded smooth mixtures that add what those lack. */
export function expressionBasis(mesh: HeadMesh, seed: number): Float64Array[] {
  const basis = expressionFields.map(([, field]) => sampleField(mesh, field, false));
  const normal = normalStream(randomStream(seed, 'expression'));
  const base = basis.length;
  const units = orthonormal(basis);
  const rigid = rigidMoves(mesh);
  for (let k = base; k < expressionCount; k += 1) {
    const kind = kinds[(k - base) % kinds.length]!;
    const mixture =
      kind === 'broad' ? broadBend(mesh, normal, rigid) : sampleField(mesh, mixtures[kind](normal), false);
    removeAlong(mixture, units);
    addDirection(units, mixture);
    scaleToLargest(mixture, 3 * 0.97 ** (k - base));
    basis.push(mixture);
  }
  return basis;
}

const kinds = ['broad', 'lips', 'broad', 'brows', 'lips'] as const;
const mixtures = { lips: lipsMixture, brows: browsAndLids };

/** Low harmonics along each lip and around the mouth. */
function lipsMixture(normal: () => number): Field {
  const terms = (['upper', 'lower', 'around'] as const).flatMap((place) =>
    [0, 1, 2, 3].map((order) => ({ place, order, move: [normal(), normal(), 0.5 * normal()] as const })),
  );
  return (s, h) => {
    const out: [number, number, number] = [0, 0, 0];
    for (const { place, order, move } of terms) {
      const wave = Math.cos((order * Math.PI * (s + mouth.outer)) / (2 * mouth.outer)) / (1 + 0.4 * order);
      const share = place === 'around' ? mouthShare(s, h) : lipShare(place, s, h);
      for (let k = 0; k < 3; k += 1) out[k]! += share * wave * move[k]!;
    }
    return out;
  };
}

/** Bends of single brows and lids, with a little of the glabella. */
function browsAndLids(normal: () => number): Field {
  const fields: Field[] = [];
  for (const side of [-1, 1] as const) {
    for (const t of [0.1, 0.5, 0.9]) fields.push(browMove(side, t, normal(), 2 * normal()));
    fields.push(lid(side, 0.15 * normal(), 0.12 * normal()));
  }
  const middle = normal();
  fields.push((s, h) => [0, middle * bell(s, h, 0, (brow.h + eye.h) / 2, 9, 9), 0]);
  return sumOf(...fields);
}
