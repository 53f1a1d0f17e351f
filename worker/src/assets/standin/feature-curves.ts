import { brow, eye, mouth, type Side } from './anatomy.js';

/** A point of the chart: s, h in millimetres. */
export type ChartPoint = readonly [number, number];

/** Half height of the mouth's opening in the chart at s. */
export function mouthOpening(s: number): number {
  const t = Math.abs(s) / mouth.inner;
  return t >= 1 ? 0 : mouth.open * (1 - t * t) ** 0.7;
}

/** The resting line between the lips. */
export function mouthLine(s: number): number {
  return mouth.h - 0.0012 * s * s;
}

/** Inner edge of a lip at t in [-1,1] across the mouth. */
export function innerLip(t: number, upper: boolean): ChartPoint {
  const s = t * mouth.inner;
  return [s, mouthLine(s) + (upper ? 1 : -1) * mouthOpening(s)];
}

/** Outer edge of a lip's red at t in [-1,1]; the upper one dips in the middle. */
export function outerLip(t: number, upper: boolean): ChartPoint {
  const s = t * mouth.outer;
  const a = Math.abs(t);
  const fullness = (1 - a * a) ** 0.8;
  const dip = upper ? 1 - 0.14 * Math.exp(-((a / 0.12) ** 2)) + 0.06 * Math.exp(-(((a - 0.27) / 0.14) ** 2)) : 1;
  const lip = (upper ? mouth.upper : mouth.lower) * fullness * dip;
  return [s, mouthLine(s) + (upper ? 1 : -1) * (lip + mouthOpening(s))];
}

/** Lid margin at t in [0,1] from the outer to the inner corner. */
export function lidMargin(side: Side, t: number, upper: boolean): ChartPoint {
  const out = eye.halfWidth * (1 - 2 * t); // + is outward
  const arch = (1 - (1 - 2 * t) ** 2) ** (upper ? 0.75 : 0.85);
  const h = eye.h + eye.slant * out * 1.5 + (upper ? eye.up : -eye.down) * arch;
  return [side * (eye.s + out), h];
}

/** Brow at t in [0,1] from the outer to the inner end: its upper or lower edge. */
export function browEdge(side: Side, t: number, upper: boolean): ChartPoint {
  const s = brow.outer + (brow.inner - brow.outer) * t;
  const bow = brow.arch * (1 - ((t - 0.42) / 0.62) ** 2);
  const thickness = brow.thickness * (0.35 + 0.65 * Math.min(1, t * 1.8));
  return [side * s, brow.h - 3 + bow + (upper ? thickness / 2 : -thickness / 2)];
}
