import { rasterise } from './raster.js';

const grey = 180 / 255;
const intensity = 1.7;
const raw = [
  [-1, 1, 1],
  [1, 1, 1],
  [-1, -1, 1],
  [1, -1, 1],
  [0, 0, 1],
] as const;
/** Directions towards the five lights, of unit length (model-facts §2.4). */
const lights = raw.map((direction) => direction.map((value) => value / Math.hypot(...direction)));

/**
 * The grey head over the photo: [S,S,3] RGB 0..1 from vertices [N,3] (metres), their projection [N,3] and the photo [S,S,3].
 * Shading is the mean over five lights of the clamped n.l, times their intensity (model-facts §2.4).
 */
export function shapeView(
  vertices: Float32Array,
  projected: Float32Array,
  faces: Int32Array,
  photo: Float32Array,
  size: number,
): Float32Array {
  const normals = hostNormals(vertices, faces);
  const covered = rasterise(projected, faces, size);
  const picture = Float32Array.from(photo);
  for (const [pixel, face] of covered.entries()) {
    if (face < 0) continue;
    const normal = pixelNormal(pixel, face, projected, faces, normals, size);
    const light = lights.reduce(
      (sum, [x, y, z]) => sum + Math.max(0, normal[0] * x! + normal[1] * y! + normal[2] * z!),
      0,
    );
    picture.fill(Math.min(1, (grey * intensity * light) / lights.length), pixel * 3, pixel * 3 + 3);
  }
  return picture;
}

function pixelNormal(
  pixel: number,
  face: number,
  projected: Float32Array,
  faces: Int32Array,
  normals: Float64Array,
  size: number,
): [number, number, number] {
  const x = -1 + (2 * (pixel % size) + 1) / size;
  const y = -1 + (2 * Math.floor(pixel / size) + 1) / size;
  const [a, b, c] = [faces[face * 3]! * 3, faces[face * 3 + 1]! * 3, faces[face * 3 + 2]! * 3];
  const [x0, y0, x1, y1, x2, y2] = [a, b, c].flatMap((at) => [projected[at]!, projected[at + 1]!]) as [
    number,
    number,
    number,
    number,
    number,
    number,
  ];
  const area = (x1 - x0) * (y2 - y0) - (x2 - x0) * (y1 - y0);
  const w0 = ((x1 - x) * (y2 - y) - (x2 - x) * (y1 - y)) / area;
  const w1 = ((x2 - x) * (y0 - y) - (x0 - x) * (y2 - y)) / area;
  const mix = (axis: number) => w0 * normals[a + axis]! + w1 * normals[b + axis]! + (1 - w0 - w1) * normals[c + axis]!;
  return [mix(0), mix(1), mix(2)];
}

/** Area-weighted vertex normals in float64. */
function hostNormals(vertices: Float32Array, faces: Int32Array): Float64Array {
  const normals = new Float64Array(vertices.length);
  for (let face = 0; face < faces.length; face += 3) {
    const [a, b, c] = [faces[face]! * 3, faces[face + 1]! * 3, faces[face + 2]! * 3];
    const u = [0, 1, 2].map((axis) => vertices[b + axis]! - vertices[a + axis]!) as [number, number, number];
    const v = [0, 1, 2].map((axis) => vertices[c + axis]! - vertices[a + axis]!) as [number, number, number];
    const n = [u[1] * v[2] - u[2] * v[1], u[2] * v[0] - u[0] * v[2], u[0] * v[1] - u[1] * v[0]];
    for (const at of [a, b, c]) for (let axis = 0; axis < 3; axis++) normals[at + axis]! += n[axis]!;
  }
  for (let at = 0; at < normals.length; at += 3) {
    const length = Math.max(1e-12, Math.hypot(normals[at]!, normals[at + 1]!, normals[at + 2]!));
    for (let axis = 0; axis < 3; axis++) normals[at + axis]! /= length;
  }
  return normals;
}
