import { mouth, sides } from './anatomy.js';
import { eyeballMesh, eyeballVertexCount } from './eyeball-mesh.js';
import { mouthPocket, pocketVertexCount } from './mouth-pocket.js';
import { poleHeight } from './profile.js';
import { buildSkinMesh, type SkinMesh } from './skin-mesh.js';
import { type Point3, skinPoint } from './surface.js';
import { chartToUv } from './uv-layout.js';

export const headCounts = { vertices: 5023, faces: 9976, uvs: 5118 } as const;

export type Part = 'skin' | 'pocket' | 'eye-left' | 'eye-right';

/** What a vertex is: displacement fields and weights are functions of this. */
export interface VertexPlace {
  readonly part: Part;
  /** Chart point; of the lip vertex it hangs on for the pocket, of the eye's centre for eyeballs. */
  readonly s: number;
  readonly h: number;
  /** Depth behind the lips: 0 on the skin, up to 1 at the back of the pocket. */
  readonly depth: number;
}

export interface HeadMesh {
  readonly places: readonly VertexPlace[];
  readonly positions: readonly Point3[]; // millimetres
  readonly faces: readonly (readonly [number, number, number])[];
  readonly uvs: readonly (readonly [number, number])[];
  readonly uvFaces: readonly (readonly [number, number, number])[];
  readonly skin: SkinMesh;
}

/**
 * The neutral head: skin, a dark pocket behind the lips and two eyeballs, with exactly the counts of model-facts §1.1.
 * Eyes are named by image side: `eye-left` has x < 0. Skin triangles come first, in the order of `skin.triangles`.
 */
export function buildHeadMesh(seed: number): HeadMesh {
  const skin = buildSkinMesh(headCounts.vertices - 1 - pocketVertexCount - 2 * eyeballVertexCount, seed);
  const places: VertexPlace[] = skin.points
    .slice(0, skin.vertexCount)
    .map(([s, h]) => ({ part: 'skin', s, h, depth: 0 }));
  const positions: Point3[] = places.map(({ s, h }) => skinPoint(s, h));
  const uvs: [number, number][] = skin.points.map(([s, h]) => chartToUv(s, h));
  const uvFaces: [number, number, number][] = skin.triangles.map((corners) => [...corners]);
  const faces: [number, number, number][] = skin.triangles.map(([a, b, c]) => [
    skin.vertexOf[a]!,
    skin.vertexOf[b]!,
    skin.vertexOf[c]!,
  ]);

  // The crown closes in one vertex, which has one texture vertex in each of its triangles.
  const pole = places.push({ part: 'skin', s: 0, h: 185, depth: 0 }) - 1;
  positions.push([0, poleHeight, -5]);
  for (let i = 0; i + 1 < skin.crown.length; i += 1) {
    const a = skin.crown[i]!;
    const b = skin.crown[i + 1]!;
    const uv = uvs.push([(uvs[a]![0] + uvs[b]![0]) / 2, 1]) - 1;
    uvFaces.push([a, b, uv]);
    faces.push([skin.vertexOf[a]!, skin.vertexOf[b]!, pole]);
  }

  const pocket = mouthPocket(skin, positions);
  const start = positions.length;
  const uvStart = uvs.length;
  for (const vertex of pocket.vertices) {
    positions.push(vertex.position);
    places.push({ part: 'pocket', s: vertex.s, h: vertex.h, depth: vertex.depth });
    uvs.push(chartToUv(vertex.uvPoint[0], vertex.uvPoint[1]));
  }
  for (const corners of pocket.faces) {
    const at = (from: number) => (corner: number) => (corner < 0 ? -1 - corner : from + corner);
    faces.push(corners.map(at(start)) as [number, number, number]);
    uvFaces.push(corners.map(at(uvStart)) as [number, number, number]);
  }

  for (const side of sides) {
    const ball = eyeballMesh(side);
    const vertexStart = positions.length;
    const ballUvStart = uvs.length;
    positions.push(...ball.positions);
    for (const _ of ball.positions) {
      places.push({ part: side < 0 ? 'eye-left' : 'eye-right', s: side * 31, h: 22, depth: 0 });
    }
    uvs.push(...ball.uvs);
    for (const face of ball.faces) faces.push(face.map((i) => i + vertexStart) as [number, number, number]);
    for (const face of ball.uvFaces) uvFaces.push(face.map((i) => i + ballUvStart) as [number, number, number]);
  }
  return { places, positions, faces, uvs, uvFaces, skin };
}

/** Whether a vertex belongs to the lower lip's side of the slit. */
export function belowSlit(place: VertexPlace): boolean {
  return place.h < mouth.h;
}
