/** 0 at or below `from`, 1 at or above `to` (either order), smooth between. */
export function smoothStep(value: number, from: number, to: number): number {
  const t = Math.min(1, Math.max(0, (value - from) / (to - from)));
  return t * t * (3 - 2 * t);
}

/** A bell of height 1 around (cs, ch) with widths in chart millimetres. */
export function bell(s: number, h: number, cs: number, ch: number, widthS: number, widthH: number): number {
  const a = (s - cs) / widthS;
  const b = (h - ch) / widthH;
  return Math.exp(-0.5 * (a * a + b * b));
}

export const lerp = (a: number, b: number, t: number): number => a + (b - a) * t;
