import { eye, type Side } from './anatomy.js';
import { eyeCentre, type Point3 } from './surface.js';
import { eyeballToUv } from './uv-layout.js';

const meridians = 16;
const rings = 11;

export const eyeballVertexCount = 2 + meridians * rings;

type Face = [number, number, number];

/** A closed ellipsoid about the optical axis; uv is polar, and the hidden back pole has a texture vertex per triangle. */
export function eyeballMesh(side: Side): {
  positions: Point3[];
  uvs: [number, number][];
  faces: Face[];
  uvFaces: Face[];
} {
  const positions: Point3[] = [place(side, 0, 0)];
  const uvs: [number, number][] = [island(side, 0, 0)];
  for (let ring = 1; ring <= rings; ring += 1) {
    for (let i = 0; i < meridians; i += 1) {
      positions.push(place(side, ring / (rings + 1), i / meridians));
      uvs.push(island(side, ring / (rings + 1), i / meridians));
    }
  }
  const back = positions.push(place(side, 1, 0)) - 1;
  const at = (ring: number, i: number): number => (ring === 0 ? 0 : 1 + (ring - 1) * meridians + (i % meridians));
  const faces: Face[] = [];
  const uvFaces: Face[] = [];
  for (let i = 0; i < meridians; i += 1) {
    faces.push([0, at(1, i), at(1, i + 1)]);
    for (let ring = 1; ring < rings; ring += 1) {
      faces.push([at(ring, i), at(ring + 1, i), at(ring + 1, i + 1)]);
      faces.push([at(ring, i), at(ring + 1, i + 1), at(ring, i + 1)]);
    }
  }
  uvFaces.push(...faces.map((face): Face => [...face]));
  for (let i = 0; i < meridians; i += 1) {
    faces.push([at(rings, i), back, at(rings, i + 1)]);
    const uv = uvs.push(island(side, 1, (i + 0.5) / meridians)) - 1;
    uvFaces.push([at(rings, i), uv, at(rings, i + 1)]);
  }
  return { positions, uvs, faces, uvFaces };
}

/** polar 0 = pupil, 1 = back; turn 0..1 counter-clockwise as seen from the front. */
function place(side: Side, polar: number, turn: number): Point3 {
  const [cx, cy, cz] = eyeCentre(side);
  const ring = Math.sin(Math.PI * polar);
  const x = eye.ball.x * ring * Math.cos(2 * Math.PI * turn);
  const y = eye.ball.y * ring * Math.sin(2 * Math.PI * turn);
  return [cx + x, cy + y, cz + eye.ball.z * Math.cos(Math.PI * polar) - eye.turn * side * x];
}

function island(side: Side, polar: number, turn: number): [number, number] {
  return eyeballToUv(side, polar, 2 * Math.PI * turn);
}
