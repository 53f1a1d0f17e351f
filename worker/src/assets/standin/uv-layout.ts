import { chart, chartRadius } from './anatomy.js';
import type { ChartPoint } from './feature-curves.js';

const skinFloor = 0.13; // below lie the eyeballs' islands
const spreadS = 1.3; // how much more room the face's front gets than the back
const spreadH = 1.5;
const centreH = -8;
const spreadEye = 4; // the iris gets most of its island

export const eyeIsland = { radius: 0.063, v: 0.065, u: (side: number): number => 0.5 + side * 0.2 } as const;

/** Texture coordinates (v upwards) of a chart point: the front of the face gets most of the picture. */
export function chartToUv(s: number, h: number): [number, number] {
  const t = widen(s / (Math.PI * chartRadius), spreadS);
  const low = widen((chart.bottom - 2 - centreH) / 190, spreadH);
  const high = widen((chart.top + 4 - centreH) / 190, spreadH);
  const v = (widen((h - centreH) / 190, spreadH) - low) / (high - low);
  return [0.5 + 0.499 * t, skinFloor + (1 - skinFloor) * v];
}

/** The chart point under texture coordinates, or the eyeball's polar place, or nothing. */
export function uvToChart(u: number, v: number): ChartPoint | undefined {
  if (v < skinFloor) return undefined;
  const s = narrow((u - 0.5) / 0.499, spreadS) * Math.PI * chartRadius;
  const low = widen((chart.bottom - 2 - centreH) / 190, spreadH);
  const high = widen((chart.top + 4 - centreH) / 190, spreadH);
  const t = low + ((high - low) * (v - skinFloor)) / (1 - skinFloor);
  return [s, centreH + 190 * narrow(t, spreadH)];
}

/** Texture coordinates on an eyeball's island: polar 0 = pupil, 1 = back, angle counter-clockwise from the image's right. */
export function eyeballToUv(side: number, polar: number, angle: number): [number, number] {
  const radius = eyeIsland.radius * widen(polar, spreadEye);
  return [eyeIsland.u(side) + radius * Math.cos(angle), eyeIsland.v + radius * Math.sin(angle)];
}

/** The inverse: side, polar distance and angle of a texel, or nothing beyond the islands. */
export function uvToEyeball(u: number, v: number): { side: -1 | 1; polar: number; angle: number } | undefined {
  for (const side of [-1, 1] as const) {
    const du = u - eyeIsland.u(side);
    const dv = v - eyeIsland.v;
    const reach = Math.hypot(du, dv) / eyeIsland.radius;
    if (reach <= 1.03) return { side, polar: narrow(Math.min(1, reach), spreadEye), angle: Math.atan2(dv, du) };
  }
  return undefined;
}

const widen = (t: number, k: number): number => (t * (1 + k)) / (1 + k * Math.abs(t));
const narrow = (t: number, k: number): number => t / (1 + k - k * Math.abs(t));
