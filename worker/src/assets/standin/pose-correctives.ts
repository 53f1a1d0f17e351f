import { mouth } from './anatomy.js';
import { lipShare } from './expression-fields.js';
import type { HeadMesh } from './head-mesh.js';
import { bell } from './scalar-fields.js';
import { type Field, sampleField } from './vertex-field.js';

/** Features of the jaw in the 36: R - I row by row of joint 2; [2][1] is sin of the opening angle, [1][0] and [0][2] roll and turn. */
const jawFeature = { open: 9 + 7, roll: 9 + 3, turn: 9 + 2 } as const;

const millimetres = 0.001;

/** Pose correctives [36, N*3] in metres: a wide mouth draws its corners in and thins the cheeks; all others are zero. */
export function poseCorrectives(mesh: HeadMesh): Float32Array {
  const size = mesh.positions.length * 3;
  const correctives = new Float32Array(36 * size);
  const put = (feature: number, field: Field): void => {
    const sampled = sampleField(mesh, field, false);
    for (let i = 0; i < size; i += 1) correctives[feature * size + i] = sampled[i]! * millimetres;
  };
  put(jawFeature.open, (s, h) => {
    const cornersIn = -5 * Math.sign(s) * bell(Math.abs(s), h, mouth.outer, mouth.h, 9, 8);
    const cheeksIn = -4 * Math.sign(s) * bell(Math.abs(s), h, 58, -42, 16, 18);
    return [cornersIn + cheeksIn, 0, 2.5 * lipShare('lower', s, h)];
  });
  put(jawFeature.turn, (s, h) => [3 * lipShare('upper', s, h), 0, 0]);
  put(jawFeature.roll, (s, h) => [2 * lipShare('upper', s, h), 0, 0]);
  return correctives;
}
