import { eye, mouth, nose, sides } from './anatomy.js';
import { lidMargin, mouthLine, mouthOpening } from './feature-curves.js';
import { bareHead } from './profile.js';
import { bell, lerp, smoothStep } from './scalar-fields.js';

export type Point3 = [number, number, number];

const slit = 0.12; // half gap between the closed lips: apart, so that they can open

/** The skin at a chart point: x, y, z in millimetres with all features of the neutral face. */
export function skinPoint(s: number, h: number): Point3 {
  const closed = closeMouth(s, h);
  const point = bareHead(s, closed);
  const front = Math.max(0, Math.cos(s / 70));
  point[2] += front * (noseRelief(s, closed) + faceRelief(s, closed) + lipRelief(s, closed, h));
  ear(point, s, closed);
  return layOverEyes(point, s, closed);
}

/** Height after closing the mouth that the chart shows open. */
export function closeMouth(s: number, h: number): number {
  const open = mouthOpening(s);
  const line = mouthLine(s);
  const away = Math.abs(h - line);
  if (open === 0 || away === 0) return h;
  const kept = away - (open - slit) * (1 - smoothStep(away, open, open + mouth.reach));
  return line + Math.sign(h - line) * kept;
}

/** Centre of an eyeball. */
export function eyeCentre(side: number): Point3 {
  const [x, y, z] = bareHead(side * eye.s, eye.h);
  return [x, y, z - eye.ball.z - 1.5];
}

/** z of the lid (or of the eyeball with stand-off 0) over the point dx outward, dy up from the eye's centre. */
export function lidDepth(dx: number, dy: number, standOff: number): number {
  const inside = 1 - (dx / eye.ball.x) ** 2 - (dy / eye.ball.y) ** 2;
  return eye.ball.z * Math.sqrt(Math.max(inside, 0.02)) + standOff - eye.turn * dx;
}

function noseRelief(s: number, h: number): number {
  const a = Math.abs(s);
  const along = smoothStep(h, nose.nasion + 6, nose.tip);
  const under = smoothStep(h, nose.base - 3, nose.tip - 1);
  const width = lerp(5.5, 9.5, smoothStep(h, 20, nose.tip));
  const ridge = (5 + 17 * along) * Math.exp(-0.5 * (s / width) ** 2);
  const height = h > nose.tip ? smoothStep(h, nose.nasion + 16, nose.nasion - 4) : under;
  const wing = 9 * bell(a, h, 12.5, -14, 4.2, 5) * smoothStep(h, nose.base - 2, nose.base + 4);
  const ball = 3.5 * bell(s, h, 0, nose.tip, 7, 6);
  const nostril = -4 * bell(a, h, 7, nose.base + 2, 2.6, 1.8);
  return ridge * height + wing + ball + nostril;
}

function faceRelief(s: number, h: number): number {
  const a = Math.abs(s);
  return (
    -6.5 * bell(a, h, 27, eye.h + 1, 13, 9) +
    -3 * bell(a, h, 13, eye.h + 3, 5, 8) +
    4 * bell(a, h, 28, 38, 17, 6) +
    -1.5 * bell(s, h, 0, 40, 8, 6) +
    4 * bell(a, h, 46, 0, 15, 11) +
    -3.5 * bell(a, h, 54, -38, 13, 14) +
    4.5 * bell(s, h, 0, mouth.h, 24, 15) +
    -3.2 * bell(s, h, 0, mouth.h - 19, 17, 4.5) +
    7 * bell(s, h, 0, -81, 14, 9) +
    -1.2 * bell(s, h, 0, -28, 3.5, 5) +
    -1.8 * bell(a, h - 0.9 * (24 - a), 24, -22, 3.5, 8)
  );
}

/** Two swellings with a crease between; the inner edge rolls inwards. */
function lipRelief(s: number, closed: number, h: number): number {
  const line = mouthLine(s);
  const away = Math.abs(closed - line);
  const across = Math.max(0, 1 - (s / (mouth.outer + 3)) ** 2);
  const middle = h > line ? 4 : 4.5;
  const swelling = (h > line ? 5 : 5.8) * Math.exp(-0.5 * ((away - middle) / 3.6) ** 2);
  const crease = -3 * Math.exp(-0.5 * (away / 1.3) ** 2);
  return across ** 0.7 * (swelling + crease);
}

function ear(point: Point3, s: number, h: number): void {
  const a = Math.abs(s);
  const shell = bell(a, h, 118, 6, 6.5, 17);
  const bowl = bell(a, h, 116, 8, 3, 8);
  point[0] += Math.sign(s) * (15 * shell - 8 * bowl);
  point[2] -= 5 * shell;
}

/** Near the lid margin the skin lies on the eyeball; it blends into the socket over a few millimetres. */
function layOverEyes(point: Point3, s: number, h: number): Point3 {
  for (const side of sides) {
    if (s * side <= 0) continue;
    const out = s * side - eye.s;
    const up = h - eye.h - eye.slant * out * 1.5;
    const radius = Math.hypot(out / eye.halfWidth, up / (up > 0 ? eye.up : eye.down));
    const beyond = radius > 1 ? Math.hypot(out, up) * (1 - 1 / radius) : 0;
    if (beyond > 9) continue;
    const centre = eyeCentre(side);
    const dx = point[0] * side - centre[0] * side;
    const dy = point[1] - centre[1];
    const over = centre[2] + lidDepth(clampTo(dx, 15.6), clampTo(dy, 11.5), eye.lid + smoothStep(beyond, 0, 3));
    const share = 1 - smoothStep(beyond, 0.4, out < -6 ? 6.5 : 9);
    point[2] = lerp(point[2], over, share);
  }
  return point;
}

const clampTo = (value: number, limit: number): number => Math.min(limit, Math.max(-limit, value));

/** Chart heights of the lids at the same s as a point of the eye (used to close them). */
export function lidHeights(out: number): { upper: number; lower: number } {
  const t = (1 - Math.min(1, Math.max(-1, out / eye.halfWidth))) / 2;
  return { upper: lidMargin(1, t, true)[1], lower: lidMargin(1, t, false)[1] };
}
