import { eye } from './anatomy.js';
import type { HeadMesh } from './head-mesh.js';
import type { Point3 } from './surface.js';

/** A displacement in millimetres at a chart point; `y` is the resting height there (the mouth closed). */
export type Field = (s: number, h: number, at: Point3) => Point3;

/**
 * A field on all vertices, flat [N*3]: the pocket follows its lips, less with depth; eyeballs follow the field at the
 * eye's centre as rigid bodies when `moveEyes` (shape), else stay.
 */
export function sampleField(mesh: HeadMesh, field: Field, moveEyes: boolean): Float64Array {
  const out = new Float64Array(mesh.positions.length * 3);
  for (const [i, place] of mesh.places.entries()) {
    const isEye = place.part === 'eye-left' || place.part === 'eye-right';
    if (isEye && !moveEyes) continue;
    const at: Point3 = isEye ? [Math.sign(place.s) * 31, eye.h, 80] : mesh.positions[i]!;
    const move = field(place.s, place.h, at);
    const share = place.part === 'pocket' && !moveEyes ? 1 - place.depth : 1;
    for (let k = 0; k < 3; k += 1) out[i * 3 + k] = move[k]! * share;
  }
  return out;
}

/** Sum of fields. */
export function sumOf(...fields: readonly Field[]): Field {
  return (s, h, at) => {
    const total: Point3 = [0, 0, 0];
    for (const field of fields) {
      const move = field(s, h, at);
      for (let k = 0; k < 3; k += 1) total[k]! += move[k]!;
    }
    return total;
  };
}
