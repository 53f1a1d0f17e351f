import { eye, jawline, mouth, nose } from './anatomy.js';
import { browEdge, mouthLine, mouthOpening, outerLip } from './feature-curves.js';
import { bell, lerp, smoothStep } from './scalar-fields.js';
import { lidHeights } from './surface.js';

/** Soft membership 0..1 of chart points in the regions that colours and masks are made of. */
export const regions = {
  /** The red of the lips. */
  lips(s: number, h: number): number {
    const edge = lipEdges(s);
    if (!edge) return 0;
    return (
      smoothStep(h, edge.bottom - 0.8, edge.bottom + 0.8) *
      smoothStep(h, edge.top + 0.8, edge.top - 0.8) *
      (1 - regions.mouthInside(s, h))
    );
  },

  /** Behind the lips: the pocket, and the very edge of the slit. */
  mouthInside(s: number, h: number): number {
    const open = mouthOpening(s);
    if (open === 0) return 0;
    return smoothStep(Math.abs(h - mouthLine(s)), open + 0.2, open - 0.7);
  },

  brows(s: number, h: number): number {
    const a = Math.abs(s);
    const [outer] = browEdge(1, 0, true);
    const [inner] = browEdge(1, 1, true);
    const t = (outer - a) / (outer - inner);
    if (t < -0.05 || t > 1.05) return 0;
    const inside = Math.min(1, Math.max(0, t));
    const low = browEdge(1, inside, false)[1];
    const high = browEdge(1, inside, true)[1];
    const ends = smoothStep(t, -0.05, 0.1) * smoothStep(t, 1.05, 0.93);
    return ends * smoothStep(h, low - 1.2, low + 1) * smoothStep(h, high + 1.2, high - 1);
  },

  lashes(s: number, h: number): number {
    const out = Math.abs(s) - eye.s;
    if (Math.abs(out) > eye.halfWidth + 1) return 0;
    const { upper, lower } = lidHeights(out);
    return Math.max(Math.exp(-(((h - upper - 0.3) / 1.1) ** 2)), 0.45 * Math.exp(-(((h - lower + 0.3) / 0.9) ** 2)));
  },

  nostrils(s: number, h: number): number {
    return bell(Math.abs(s), h, 7, nose.base + 1.8, 2.8, 1.5);
  },

  cheeks(s: number, h: number): number {
    return bell(Math.abs(s), h, 42, -12, 17, 16);
  },

  underEyes(s: number, h: number): number {
    return bell(Math.abs(s), h, 28, eye.h - 10, 11, 5);
  },

  beard(s: number, h: number): number {
    const low = smoothStep(h, -22, -34) * smoothStep(h, -112, -92);
    return (
      low *
      (1 - smoothStep(Math.abs(s), 92, 108)) *
      (1 - regions.lips(s, h)) *
      (1 - bell(Math.abs(s), h, 44, -30, 14, 12))
    );
  },

  hair(s: number, h: number): number {
    const line = lerp(88, 8, smoothStep(Math.abs(s), 25, 118) ** 1.5);
    const behind = smoothStep(Math.abs(s), 128, 138) * smoothStep(h, -85, -60);
    return Math.max(smoothStep(h, line - 4, line + 6) * (1 - bell(Math.abs(s), h, 118, 6, 9, 20)), behind);
  },

  /** The face: inside the jaw line, up to the hairline. */
  face(s: number, h: number): number {
    return Math.abs(s) <= faceHalfWidth(h) && h >= -98 && h <= 80 ? 1 : 0;
  },
};

function lipEdges(s: number): { top: number; bottom: number } | undefined {
  const t = s / mouth.outer;
  if (Math.abs(t) >= 1) return undefined;
  return { top: outerLip(t, true)[1], bottom: outerLip(t, false)[1] };
}

function faceHalfWidth(h: number): number {
  const top = jawline[0]!;
  if (h >= top.h) return lerp(top.s, 66, smoothStep(h, top.h, 86));
  for (const [i, below] of jawline.entries()) {
    const above = jawline[i - 1];
    if (above && h >= below.h) return lerp(below.s, above.s, (h - below.h) / (above.h - below.h)) + 2;
  }
  return 0;
}
