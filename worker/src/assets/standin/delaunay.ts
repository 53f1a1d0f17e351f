import type { ChartPoint } from './feature-curves.js';

interface Triangle {
  a: number;
  b: number;
  c: number;
  x: number; // circumcentre
  y: number;
  r2: number;
}

/**
 * Delaunay triangulation by inserting one point after another (Bowyer-Watson), counter-clockwise triangles.
 * For a few thousand points; equal points are not allowed.
 */
export function triangulate(points: readonly ChartPoint[]): [number, number, number][] {
  const n = points.length;
  const far = 1e5;
  const all: ChartPoint[] = [...points, [-far, -far], [far, -far], [0, far]];
  let triangles: Triangle[] = [withCircle(all, n, n + 1, n + 2)];
  for (let p = 0; p < n; p += 1) {
    const [x, y] = all[p]!;
    const kept: Triangle[] = [];
    const edges = new Map<number, [number, number]>();
    for (const triangle of triangles) {
      const dx = triangle.x - x;
      const dy = triangle.y - y;
      if (dx * dx + dy * dy >= triangle.r2) {
        kept.push(triangle);
        continue;
      }
      toggle(edges, triangle.a, triangle.b, n + 3);
      toggle(edges, triangle.b, triangle.c, n + 3);
      toggle(edges, triangle.c, triangle.a, n + 3);
    }
    for (const [from, to] of edges.values()) kept.push(withCircle(all, from, to, p));
    triangles = kept;
  }
  return triangles.filter((t) => t.a < n && t.b < n && t.c < n).map((t) => [t.a, t.b, t.c]);
}

/** Keeps an edge that was met once; two neighbours of the cavity cancel each other's shared edge. */
function toggle(edges: Map<number, [number, number]>, from: number, to: number, stride: number): void {
  if (!edges.delete(to * stride + from)) edges.set(from * stride + to, [from, to]);
}

function withCircle(points: readonly ChartPoint[], a: number, b: number, c: number): Triangle {
  const [ax, ay] = points[a]!;
  const bx = points[b]![0] - ax;
  const by = points[b]![1] - ay;
  const cx = points[c]![0] - ax;
  const cy = points[c]![1] - ay;
  const d = 2 * (bx * cy - by * cx);
  const b2 = bx * bx + by * by;
  const c2 = cx * cx + cy * cy;
  const x = (cy * b2 - by * c2) / d;
  const y = (bx * c2 - cx * b2) / d;
  return { a, b, c, x: ax + x, y: ay + y, r2: x * x + y * y };
}
