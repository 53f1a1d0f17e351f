import { chart, eye, mouth, nose } from './anatomy.js';
import { type ChartPoint, mouthLine, mouthOpening } from './feature-curves.js';
import { chartScale } from './profile.js';
import { randomStream } from './random.js';
import { lerp, smoothStep } from './scalar-fields.js';
import { lidHeights } from './surface.js';

/** Wished distance between vertices (millimetres) at a chart point: fine at the mouth and eyes, coarse behind. */
export function wishedSpacing(s: number, h: number): number {
  const a = Math.abs(s);
  const toMouth = Math.hypot(Math.max(0, a - 24), Math.max(0, Math.abs(h - mouth.h) - 9));
  const toEye = Math.hypot(Math.max(0, Math.abs(a - eye.s) - 15), Math.max(0, Math.abs(h - eye.h) - 6));
  const toNose = Math.hypot(Math.max(0, a - 16), Math.max(0, Math.abs(h - nose.tip) - 14));
  const toBrow = Math.hypot(Math.max(0, Math.abs(a - 30) - 20), Math.max(0, Math.abs(h - 42) - 4));
  const near = Math.min(toMouth, toEye, toNose, toBrow + 4);
  const fine = lerp(1.75, 4.2, smoothStep(near, 0, 34));
  const behind = Math.max(smoothStep(a, 75, 140), smoothStep(h, 70, 120), smoothStep(h, -95, -135));
  return lerp(fine, 11, behind);
}

/** True inside an eye hole or the mouth's opening, with a small margin. */
export function insideHole(s: number, h: number): boolean {
  const a = Math.abs(s);
  if (a < mouth.inner && Math.abs(h - mouthLine(s)) < mouthOpening(s) + 0.4) return true;
  const out = a - eye.s;
  if (Math.abs(out) >= eye.halfWidth) return false;
  const lids = lidHeights(out);
  return h < lids.upper + 0.5 && h > lids.lower - 0.5;
}

/** A circle that no filling point may enter. */
export interface Guard {
  readonly s: number;
  readonly h: number;
  readonly radius: number;
}

/** The circle over an edge: while it stays empty, every Delaunay triangulation keeps the edge. */
export function guardOf(a: ChartPoint, b: ChartPoint): Guard {
  return { s: (a[0] + b[0]) / 2, h: (a[1] + b[1]) / 2, radius: 0.02 + Math.hypot(a[0] - b[0], a[1] - b[1]) / 2 };
}

/**
 * Adds exactly `pairs` points to each half of the chart, mirrored, by throwing seeded darts that keep the wished distance
 * from each other and from `fixed`, outside the `guards`; the distance shrinks until the count is reached.
 */
export function fillPoints(
  fixed: readonly ChartPoint[],
  guards: readonly Guard[],
  pairs: number,
  seed: number,
): ChartPoint[] {
  const random = randomStream(seed, 'skin-points');
  const grid = new PointGrid();
  for (const point of fixed) if (point[0] >= -20) grid.add(point);
  const found: ChartPoint[] = [];
  let factor = 1.35;
  let misses = 0;
  while (found.length < pairs) {
    const s = random() * chart.right;
    const h = lerp(chart.bottom, chart.top, random());
    const gap = wishedSpacing(s, h) * factor;
    const scale = Math.max(0.25, Math.min(1, chartScale(h)));
    const apart = s * scale * 2 >= gap && !insideHole(s, h) && !grid.anyWithin(s, h, gap, scale);
    const free = apart && !guards.some((guard) => Math.hypot(s - guard.s, h - guard.h) < guard.radius);
    if (!free) {
      misses += 1;
      if (misses > 900) {
        factor *= 0.97;
        misses = 0;
      }
      continue;
    }
    misses = 0;
    grid.add([s, h]);
    found.push([s, h]);
  }
  return found.flatMap(([s, h]): ChartPoint[] => [
    [s, h],
    [-s, h],
  ]);
}

/** Buckets of 12 mm, so that a dart meets only its neighbours. */
class PointGrid {
  private readonly cells = new Map<number, ChartPoint[]>();

  add(point: ChartPoint): void {
    const key = this.key(Math.floor(point[0] / 12), Math.floor(point[1] / 12));
    const cell = this.cells.get(key);
    if (cell) cell.push(point);
    else this.cells.set(key, [point]);
  }

  /** Whether a point lies nearer than gap; s distances count `scale` times (the head narrows towards the crown). */
  anyWithin(s: number, h: number, gap: number, scale: number): boolean {
    const reach = gap / scale;
    for (let i = Math.floor((s - reach) / 12); i <= Math.floor((s + reach) / 12); i += 1) {
      for (let j = Math.floor((h - gap) / 12); j <= Math.floor((h + gap) / 12); j += 1) {
        for (const [ps, ph] of this.cells.get(this.key(i, j)) ?? []) {
          if (((ps - s) * scale) ** 2 + (ph - h) ** 2 < gap * gap) return true;
        }
      }
    }
    return false;
  }

  private key(i: number, j: number): number {
    return (i + 500) * 1000 + j + 500;
  }
}
