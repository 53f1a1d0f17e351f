import { mouth } from './anatomy.js';
import type { ChartPoint } from './feature-curves.js';
import { lerp } from './scalar-fields.js';
import { type SkinMesh, skinCounts } from './skin-mesh.js';
import type { Point3 } from './surface.js';

const rings = 4;
const ringSize = skinCounts.lip;
const deepest = 22;

export const pocketVertexCount = rings * ringSize + 1;

export interface PocketVertex {
  readonly position: Point3;
  readonly s: number;
  readonly h: number;
  readonly depth: number;
  readonly uvPoint: ChartPoint;
}

/**
 * The inside of the mouth: rings that go back from the inner edge of the lips and close in one vertex, so that an open mouth
 * shows a dark wall instead of the back of the head. Face corners below 0 are skin vertices (-1 - index).
 */
export function mouthPocket(
  skin: SkinMesh,
  positions: readonly Point3[],
): { vertices: PocketVertex[]; faces: [number, number, number][] } {
  // Counter-clockwise as seen from the front: the lower lip to the right, then the upper one back.
  const ring = [...skin.lip.lower.slice(0, -1), ...[...skin.lip.upper].reverse().slice(0, -1)];
  const vertices: PocketVertex[] = [];
  for (let r = 1; r <= rings; r += 1) {
    for (const index of ring) {
      const depth = r / (rings + 1);
      const [s, h] = skin.points[index]!;
      const [x, y, z] = positions[index]!;
      const raise = (h >= mouth.h ? 1 : -1) * 5 * depth * Math.max(0, 1 - (s / mouth.inner) ** 2);
      vertices.push({
        position: [x * (1 - 0.3 * depth), y + raise, lerp(z, 62, depth * 0.35) - deepest * depth ** 0.8],
        s,
        h,
        depth,
        uvPoint: [s * (1 - depth), lerp(h, mouth.h, depth)],
      });
    }
  }
  vertices.push({ position: [0, mouth.h, 52], s: 0, h: mouth.h, depth: 1, uvPoint: [0, mouth.h] });
  const at = (r: number, i: number): number =>
    r === 0 ? -1 - ring[i % ringSize]! : (r - 1) * ringSize + (i % ringSize);
  const faces: [number, number, number][] = [];
  for (let i = 0; i < ringSize; i += 1) {
    for (let r = 0; r < rings; r += 1) {
      faces.push([at(r, i), at(r, i + 1), at(r + 1, i)], [at(r, i + 1), at(r + 1, i + 1), at(r + 1, i)]);
    }
    faces.push([at(rings, i), at(rings, i + 1), rings * ringSize]);
  }
  return { vertices, faces };
}
