import type { ChartPoint } from './feature-curves.js';
import type { SkinMesh } from './skin-mesh.js';

export interface EmbeddedPoint {
  readonly face: number;
  readonly bary: readonly [number, number, number];
}

/** Finds for chart points the skin triangle that covers them (or the nearest one) and barycentric weights, all >= 0, sum 1. */
export function embedInSkin(skin: SkinMesh, points: readonly ChartPoint[]): EmbeddedPoint[] {
  const known = new Map<string, EmbeddedPoint>(); // a contour point is the same in many bins
  return points.map((point) => {
    const key = point.join();
    const found = known.get(key) ?? nearestFace(skin, point);
    known.set(key, found);
    return found;
  });
}

function nearestFace(skin: SkinMesh, point: ChartPoint): EmbeddedPoint {
  let best: EmbeddedPoint = { face: 0, bary: [1, 0, 0] };
  let bestInside = Number.NEGATIVE_INFINITY;
  for (let face = 0; face < skin.triangles.length && bestInside < 0; face += 1) {
    const bary = barycentric(skin, face, point);
    const inside = Math.min(...bary) * triangleSize(skin, face);
    if (inside <= bestInside) continue;
    bestInside = inside;
    best = { face, bary: clamp(bary) };
  }
  return best;
}

function corners(skin: SkinMesh, face: number): [ChartPoint, ChartPoint, ChartPoint] {
  const [a, b, c] = skin.triangles[face]!;
  return [skin.points[a]!, skin.points[b]!, skin.points[c]!];
}

function barycentric(skin: SkinMesh, face: number, [s, h]: ChartPoint): [number, number, number] {
  const [a, b, c] = corners(skin, face);
  const area = (b[0] - a[0]) * (c[1] - a[1]) - (b[1] - a[1]) * (c[0] - a[0]);
  const wb = ((s - a[0]) * (c[1] - a[1]) - (h - a[1]) * (c[0] - a[0])) / area;
  const wc = ((b[0] - a[0]) * (h - a[1]) - (b[1] - a[1]) * (s - a[0])) / area;
  return [1 - wb - wc, wb, wc];
}

/** Longest extent: turns a negative weight into roughly how far outside the point is. */
function triangleSize(skin: SkinMesh, face: number): number {
  const [a, b, c] = corners(skin, face);
  return Math.max(
    Math.hypot(a[0] - b[0], a[1] - b[1]),
    Math.hypot(b[0] - c[0], b[1] - c[1]),
    Math.hypot(c[0] - a[0], c[1] - a[1]),
  );
}

function clamp(bary: readonly [number, number, number]): [number, number, number] {
  const kept = bary.map((w) => Math.max(0, w)) as [number, number, number];
  const sum = kept[0] + kept[1] + kept[2];
  return [kept[0] / sum, kept[1] / sum, kept[2] / sum];
}
