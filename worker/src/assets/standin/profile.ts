import { chartRadius } from './anatomy.js';

/** One horizontal section of the bare head: half width, and depth of the front and back halves about `zc` (millimetres). */
interface Section {
  h: number;
  y: number;
  w: number;
  zc: number;
  f: number;
  b: number;
}

const crownStart = 30;
const crownHeight = 97;

const lowerSections: readonly Section[] = [
  { h: -190, y: -176, w: 57, zc: -25, f: 46, b: 54 },
  { h: -165, y: -153, w: 50, zc: -25, f: 46, b: 53 },
  { h: -145, y: -133, w: 49, zc: -24, f: 47, b: 55 },
  { h: -125, y: -115, w: 49, zc: -20, f: 57, b: 60 },
  { h: -108, y: -105, w: 49, zc: -14, f: 82, b: 68 },
  { h: -95, y: -95, w: 51, zc: -12, f: 94, b: 74 },
  { h: -80, y: -80, w: 55, zc: -11, f: 97, b: 80 },
  { h: -60, y: -60, w: 61, zc: -10, f: 95, b: 86 },
  { h: -41, y: -41, w: 66, zc: -8, f: 94, b: 90 },
  { h: -20, y: -20, w: 70, zc: -6, f: 92, b: 93 },
  { h: 0, y: 0, w: 73, zc: -5, f: 90, b: 95 },
];

const upperSections: readonly Section[] = [25, 45, 65, 85, 105, 125, 145, 160, 172, 180].map((h) => {
  const angle = Math.max(0, (h - crownStart) / crownHeight);
  const shrink = Math.cos(Math.min(angle, 1.52)) ** 0.7;
  const y = h <= crownStart ? h : crownStart + crownHeight * Math.sin(angle);
  return { h, y, w: 74.5 * shrink, zc: -5, f: (h < 35 ? 89 : 92) * shrink, b: 96 * shrink };
});

const sections: readonly Section[] = [...lowerSections, ...upperSections];
const keys = ['y', 'w', 'zc', 'f', 'b'] as const;

export const poleHeight = crownStart + crownHeight;

/** The bare head (no features) at a chart point: x, y, z in millimetres. */
export function bareHead(s: number, h: number): [number, number, number] {
  const at = sectionAt(h);
  const angle = s / chartRadius;
  const c = Math.cos(angle);
  return [at.w * Math.sin(angle), at.y, at.zc + (c > 0 ? at.f : at.b) * c];
}

/** How many millimetres around the head one chart millimetre of s is at this height. */
export function chartScale(h: number): number {
  return sectionAt(h).w / chartRadius;
}

function sectionAt(h: number): Section {
  let i = 0;
  while (i < sections.length - 2 && h > sections[i + 1]!.h) i += 1;
  const a = sections[i]!;
  const b = sections[i + 1]!;
  const span = b.h - a.h;
  const t = Math.min(1, Math.max(0, (h - a.h) / span));
  const result: Section = { ...a, h };
  for (const key of keys) result[key] = hermite(a[key], b[key], slope(i, key) * span, slope(i + 1, key) * span, t);
  return result;
}

/** Central slopes: the profile has no kinks where sections meet. */
function slope(i: number, key: (typeof keys)[number]): number {
  const before = sections[Math.max(0, i - 1)]!;
  const after = sections[Math.min(sections.length - 1, i + 1)]!;
  return (after[key] - before[key]) / (after.h - before.h);
}

function hermite(a: number, b: number, da: number, db: number, t: number): number {
  const t2 = t * t;
  const t3 = t2 * t;
  return a * (2 * t3 - 3 * t2 + 1) + da * (t3 - 2 * t2 + t) + b * (3 * t2 - 2 * t3) + db * (t3 - t2);
}
