import type { HeadMesh } from './head-mesh.js';
import { orthonormal, removeAlong } from './orthogonal.js';
import { smoothStep } from './scalar-fields.js';
import { type Field, sampleField } from './vertex-field.js';

/** 1 on the face with its jaw line, fading to 0 before the ears' backs, the throat and the hair. */
export function faceWindow(s: number, h: number): number {
  return (1 - smoothStep(Math.abs(s), 98, 119)) * smoothStep(h, -128, -100) * (1 - smoothStep(h, 55, 95));
}

/**
 * A seeded slow bend of the whole face (cheeks, jaw line, nose against brows) [N*3]: polynomials up to the third order, without
 * the `rigid` moves: what a turn, a shift or a scale of the head would do.
 */
export function broadBend(mesh: HeadMesh, normal: () => number, rigid: readonly Float64Array[]): Float64Array {
  const orders = [0, 1, 2, 3].flatMap((i) => [0, 1, 2, 3].filter((j) => i + j <= 3).map((j) => [i, j] as const));
  const terms = orders.map(([i, j]) => ({ i, j, move: [normal(), normal(), 0.5 * normal()] as const }));
  const bend = sampleField(
    mesh,
    (s, h) => {
      const window = faceWindow(s, h);
      const [u, v] = [s / 90, (h + 20) / 75];
      const out: [number, number, number] = [0, 0, 0];
      for (const { i, j, move } of terms) {
        const value = (window * u ** i * v ** j) / (1 + 0.5 * (i + j));
        for (let k = 0; k < 3; k += 1) out[k]! += value * move[k]!;
      }
      return out;
    },
    true,
  );
  removeAlong(bend, rigid);
  return bend;
}

/** Shifts, turns and the scale of the face under the same window, orthonormal. */
export function rigidMoves(mesh: HeadMesh): Float64Array[] {
  const windowed =
    (field: Field): Field =>
    (s, h, at) => {
      const window = faceWindow(s, h);
      const [x, y, z] = field(s, h, at);
      return [window * x, window * y, window * z];
    };
  const fields: Field[] = [
    () => [1, 0, 0],
    () => [0, 1, 0],
    () => [0, 0, 1],
    (_s, _h, [, y, z]) => [0, -z, y],
    (_s, _h, [x, , z]) => [z, 0, -x],
    (_s, _h, [x, y]) => [-y, x, 0],
    (_s, _h, [x, y, z]) => [x, y, z],
  ];
  return orthonormal(fields.map((field) => sampleField(mesh, windowed(field), true)));
}
