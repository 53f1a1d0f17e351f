/** Depth is moved away from zero before it is compared, as the legacy renderer does. */
const depthShift = 10;
const smallestDoubledArea = 1e-8;

/**
 * Which triangle covers each pixel: [size*size] face indices, row by row, -1 where none does (model-facts §11).
 * `projected` is fp32 [N,3] from `projectPoints`; pixel (i, j) has its centre at (-1 + (2i+1)/size, -1 + (2j+1)/size). A pixel is
 * covered where all three barycentrics, in float64, are above 0; both orientations are drawn; the smallest z wins, ties go to
 * the lower face index.
 */
export function rasterise(projected: Float32Array, faces: Int32Array, size: number): Int32Array {
  const covered = new Int32Array(size * size).fill(-1);
  const depth = new Float64Array(size * size).fill(Number.POSITIVE_INFINITY);
  for (let face = 0; face < faces.length / 3; face++) drawFace(face, projected, faces, size, covered, depth);
  return covered;
}

function drawFace(
  face: number,
  points: Float32Array,
  faces: Int32Array,
  size: number,
  covered: Int32Array,
  depth: Float64Array,
): void {
  const a = faces[face * 3]! * 3;
  const b = faces[face * 3 + 1]! * 3;
  const c = faces[face * 3 + 2]! * 3;
  const x0 = points[a]!;
  const y0 = points[a + 1]!;
  const x1 = points[b]!;
  const y1 = points[b + 1]!;
  const x2 = points[c]!;
  const y2 = points[c + 1]!;
  const area = (x1 - x0) * (y2 - y0) - (x2 - x0) * (y1 - y0);
  if (!(Math.abs(area) > smallestDoubledArea)) return;
  const z0 = Math.fround(points[a + 2]! + depthShift);
  const z1 = Math.fround(points[b + 2]! + depthShift);
  const z2 = Math.fround(points[c + 2]! + depthShift);
  // One pixel of slack on each side: the strict test below decides.
  const left = Math.max(0, Math.floor(((Math.min(x0, x1, x2) + 1) * size - 1) / 2));
  const right = Math.min(size - 1, Math.ceil(((Math.max(x0, x1, x2) + 1) * size - 1) / 2));
  const top = Math.max(0, Math.floor(((Math.min(y0, y1, y2) + 1) * size - 1) / 2));
  const bottom = Math.min(size - 1, Math.ceil(((Math.max(y0, y1, y2) + 1) * size - 1) / 2));
  for (let row = top; row <= bottom; row++) {
    const y = -1 + (2 * row + 1) / size;
    for (let column = left; column <= right; column++) {
      const x = -1 + (2 * column + 1) / size;
      const w0 = ((x1 - x) * (y2 - y) - (x2 - x) * (y1 - y)) / area;
      const w1 = ((x2 - x) * (y0 - y) - (x0 - x) * (y2 - y)) / area;
      const w2 = ((x0 - x) * (y1 - y) - (x1 - x) * (y0 - y)) / area;
      if (!(w0 > 0 && w1 > 0 && w2 > 0)) continue;
      const z = w0 * z0 + w1 * z1 + w2 * z2;
      const pixel = row * size + column;
      if (z < depth[pixel]!) {
        depth[pixel] = z;
        covered[pixel] = face;
      }
    }
  }
}
