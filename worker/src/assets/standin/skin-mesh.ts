import { chart, mouth, type Side, sides } from './anatomy.js';
import { triangulate } from './delaunay.js';
import { type ChartPoint, innerLip, lidMargin, outerLip } from './feature-curves.js';
import { fillPoints, guardOf, wishedSpacing } from './fill-points.js';
import { randomStream } from './random.js';

export const skinCounts = { neck: 32, crown: 24, seam: 42, lid: 16, lip: 40 } as const;

/** The skin in the chart: points, triangles, and which points are doubled by the seam at the back. */
export interface SkinMesh {
  /** Chart points; those of the right seam come last and are not vertices of their own. */
  points: ChartPoint[];
  /** Vertices = points without the doubled ones. */
  vertexCount: number;
  /** Point -> vertex. */
  vertexOf: number[];
  triangles: [number, number, number][];
  lip: { upper: number[]; lower: number[] }; // inner ring from left to right corner, corners in both
  crown: number[]; // top row, left to right, both ends
}

/** Triangulates the chart with exactly `vertices` vertices; lids, lips, brow lines and the midline are vertices. */
export function buildSkinMesh(vertices: number, seed: number): SkinMesh {
  const points: ChartPoint[] = [];
  const add = (point: ChartPoint): number => points.push(point) - 1;
  const { left, right, bottom, top } = chart;

  const lipUpper = lipRow(true).map(add);
  const lipLower = [lipUpper[0]!, ...lipRow(false).slice(1, -1).map(add), lipUpper.at(-1)!];
  const loops = [
    [...lipUpper, ...lipLower.slice(1, -1).reverse()],
    ...sides.map((side) => lidRing(side).map(add)), // the holes' edges, in order
  ];
  const rings = loops.map((loop) => new Set(loop));
  const guards = loops.flatMap((loop) =>
    loop.map((from, i) => guardOf(points[from]!, points[loop[(i + 1) % loop.length]!]!)),
  );
  for (const upper of [true, false]) for (const point of outerLipRow(upper)) add(point);

  const crown: number[] = [];
  for (let i = 1; i < skinCounts.crown; i += 1) crown.push(add([left + ((right - left) * i) / skinCounts.crown, top]));
  for (let i = 1; i < skinCounts.neck; i += 1) add([left + ((right - left) * i) / skinCounts.neck, bottom]);
  const seam = Array.from({ length: skinCounts.seam }, (_, i) => bottom + ((top - bottom) * i) / (skinCounts.seam - 1));
  const seamLeft = seam.map((h) => add([left, h]));
  for (const h of midline()) add([0, h]);
  if ((vertices - points.length) % 2 !== 0) add([0, 95]);

  const doubled: ChartPoint[] = seam.map((h) => [right, h]);
  points.push(...fillPoints([...points, ...doubled], guards, (vertices - points.length) / 2, seed));
  const vertexOf = Array.from({ length: vertices }, (_, i) => i);
  const rightStart = points.length;
  for (const [i, point] of doubled.entries()) {
    points.push(point);
    vertexOf.push(seamLeft[i]!);
  }
  const triangles = triangulate(nudged(points, seed)).filter(
    (corners) => !rings.some((ring) => corners.every((corner) => ring.has(corner))), // the holes' own triangles
  );
  return {
    points,
    vertexCount: vertices,
    vertexOf,
    triangles,
    lip: { upper: lipUpper, lower: lipLower },
    crown: [seamLeft.at(-1)!, ...crown, rightStart + skinCounts.seam - 1],
  };
}

function lipRow(upper: boolean): ChartPoint[] {
  const n = skinCounts.lip / 2;
  return Array.from({ length: n + 1 }, (_, i) => innerLip(spread(i / n), upper));
}

/** Points spread evenly along an arch, so that they lie closer near the corners. */
function spread(t: number): number {
  return 0.55 * (2 * t - 1) - 0.45 * Math.cos(Math.PI * t);
}

function outerLipRow(upper: boolean): ChartPoint[] {
  const inner = upper ? 0 : 1;
  return Array.from({ length: 25 - 2 * inner }, (_, i) => outerLip(spread((i + inner) / 24), upper));
}

function lidRing(side: Side): ChartPoint[] {
  const half = skinCounts.lid / 2;
  const upper = Array.from({ length: half + 1 }, (_, i) => lidMargin(side, (spread(i / half) + 1) / 2, true));
  const lower = Array.from({ length: half - 1 }, (_, i) => lidMargin(side, (spread((i + 1) / half) + 1) / 2, false));
  return [...upper, ...lower.reverse()];
}

/** Heights of the vertices on the face's midline, outside the mouth. */
function midline(): number[] {
  const heights: number[] = [];
  for (let h = chart.bottom + 9; h < chart.top - 6; h += wishedSpacing(0, h)) {
    const lips = Math.abs(h - mouth.h);
    const onLip = lips < mouth.open + 1.2 || Math.abs(lips - (mouth.open + (h > mouth.h ? 6.9 : 9))) < 1.2;
    if (!onLip) heights.push(h);
  }
  return heights;
}

/** Mirrored points make quads with no best diagonal: a nudge far below the spacing decides. */
function nudged(points: readonly ChartPoint[], seed: number): ChartPoint[] {
  const random = randomStream(seed, 'nudge');
  const { left, right, bottom, top } = chart;
  return points.map(([s, h]) => {
    const ds = (random() - 0.5) * 1e-3;
    const dh = (random() - 0.5) * 1e-3;
    return [s <= left || s >= right ? s : s + ds, h <= bottom || h >= top ? h : h + dh];
  });
}
