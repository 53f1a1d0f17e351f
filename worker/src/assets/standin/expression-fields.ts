import { brow, eye, mouth, nose, type Side, sides } from './anatomy.js';
import { browEdge, mouthLine, mouthOpening } from './feature-curves.js';
import { bell, smoothStep } from './scalar-fields.js';
import { lidHeights } from './surface.js';
import { type Field, sumOf } from './vertex-field.js';

/** Expression directions with a meaning, in order; a code of 1 is a moderate movement of a few millimetres. */
export const expressionFields: readonly (readonly [string, Field])[] = [
  ['lips-part', sumOf(lip('upper', 0, 1.6, 0.3), lip('lower', 0, -3.2, -0.3))],
  ['smile-left', smile(-1)],
  ['smile-right', smile(1)],
  ['pucker', sumOf(corners(-3.2, 0, 2.5), lipsAll(0, 0, 3.5))],
  ['upper-lip-raise', lip('upper', 0, 2.6, 0.5)],
  ['lower-lip-depress', lip('lower', 0, -3, 0)],
  ['lip-press', press()],
  ['brow-inner-raise-left', browMove(-1, 0.92, 0, 3.4)],
  ['brow-inner-raise-right', browMove(1, 0.92, 0, 3.4)],
  ['brow-outer-raise-left', browMove(-1, 0.28, 0, 3.4)],
  ['brow-outer-raise-right', browMove(1, 0.28, 0, 3.4)],
  ['brow-lower-left', browMove(-1, 0.75, -2, -3.2)],
  ['brow-lower-right', browMove(1, 0.75, -2, -3.2)],
  ['lid-close-left', lid(-1, 0.55, 0.12)],
  ['lid-close-right', lid(1, 0.55, 0.12)],
  ['cheek-raise-left', cheek(-1)],
  ['cheek-raise-right', cheek(1)],
  ['nose-wrinkle', noseWrinkle()],
  ['corner-depress-left', corner(-1, 0.8, -3, -0.5)],
  ['corner-depress-right', corner(1, 0.8, -3, -0.5)],
  ['lip-stretch', corners(3.4, -0.5, -1)],
  ['mouth-aside', lipsAll(3.2, 0, 0)],
  ['chin-raise', sumOf(chin(0, 2.6, 0.8), lip('lower', 0, 2.2, 0.6))],
  ['lids-wide', sumOf(lid(-1, -0.3, 0), lid(1, -0.3, 0))],
  ['mouth-up', lipsAll(0, 2.6, 0)],
  ['lower-lip-forward', lip('lower', 0, 0.2, 2.6)],
  ['upper-lip-forward', lip('upper', 0, 0.2, 2.4)],
  ['nostril-flare', nostrils()],
  ['mouth-corners-up', corners(0, 2.4, -0.6)],
  ['lower-lid-raise-left', lid(-1, 0, 0.35)],
  ['lower-lid-raise-right', lid(1, 0, 0.35)],
  ['chin-drop', chin(0, -3.5, 0)],
];

/** 1 on a lip's red and fading over the skin above it, 0 on the other lip; sharp only across the slit. */
export function lipShare(which: 'upper' | 'lower', s: number, h: number): number {
  const line = mouthLine(s);
  const open = mouthOpening(s);
  const away = which === 'upper' ? h - line : line - h;
  const own = smoothStep(away, -Math.max(open, 0.6), Math.max(open, 0.6));
  const reach = which === 'upper' ? 17 : 26;
  return own * (1 - smoothStep(away, open + 6, reach)) * (1 - smoothStep(Math.abs(s), 8, 30));
}

function lip(which: 'upper' | 'lower', dx: number, dy: number, dz: number): Field {
  return (s, h) => scaled(lipShare(which, s, h), dx, dy, dz);
}

function lipsAll(dx: number, dy: number, dz: number): Field {
  return (s, h) => scaled(mouthShare(s, h), dx, dy, dz);
}

export function mouthShare(s: number, h: number): number {
  const a = Math.hypot(Math.max(0, Math.abs(s) - 18) / 16, Math.max(0, Math.abs(h - mouth.h) - 10) / 13);
  return 1 - smoothStep(a, 0, 1.4);
}

/** Pulls one corner: dx outward, dy up, dz forward. */
function corner(side: Side, dx: number, dy: number, dz: number): Field {
  return (s, h) => {
    const share = bell(s * side, h, mouth.outer, mouth.h, 11, 9) * smoothStep(s * side, 0, 14);
    return scaled(share, side * dx, dy, dz);
  };
}

function corners(dx: number, dy: number, dz: number): Field {
  return sumOf(corner(-1, dx, dy, dz), corner(1, dx, dy, dz));
}

function smile(side: Side): Field {
  const fold: Field = (s, h) => scaled(bell(s * side, h, 38, -18, 11, 10), side * 0.6, 1.4, 1.2);
  return sumOf(corner(side, 3, 3, -1.6), fold);
}

/** Lips narrow and roll in: the outer edges come to the slit. */
function press(): Field {
  return sumOf(lip('upper', 0, -1.5, -1.6), lip('lower', 0, 1.6, -1.6));
}

/** Moves a stretch of a brow around t (0 outer, 1 inner): dx away from the middle, dy up; the forehead and lid skin follow. */
export function browMove(side: Side, t: number, dx: number, dy: number): Field {
  const [cs] = browEdge(1, t, true);
  return (s, h) => {
    const tail = h > brow.h ? 15 : 6.5;
    const share = bell(s * side, h, cs, brow.h, 11, tail) * smoothStep(s * side, -6, 8) * notLids(h);
    return scaled(share, side * dx, dy, 0.25 * Math.abs(dy));
  };
}

/** Lids stay when brows move. */
function notLids(h: number): number {
  return smoothStep(h, eye.h + eye.up + 1.5, eye.h + eye.up + 11);
}

/** Closes an eye by fractions of its height: the upper lid comes down by `upper`, the lower one up by `lower`. */
export function lid(side: Side, upper: number, lower: number): Field {
  return (s, h) => {
    const out = s * side - eye.s;
    const edge = 1 - smoothStep(Math.abs(out), eye.halfWidth - 1.5, eye.halfWidth + 3);
    if (edge === 0 || s * side < 0) return [0, 0, 0];
    const lids = lidHeights(out);
    const height = Math.max(0, lids.upper - lids.lower);
    const down = 1 - smoothStep(h, lids.upper + 0.5, lids.upper + 11);
    const up = 1 - smoothStep(h, lids.lower - 0.5, lids.lower - 9);
    const isUpper = h > (lids.upper + lids.lower) / 2;
    const dy = isUpper ? -height * upper * down : height * lower * up;
    const dz = isUpper ? 0.07 * Math.abs(dy) : 0.03 * dy;
    return scaled(edge, 0, dy, dz);
  };
}

function cheek(side: Side): Field {
  const raise: Field = (s, h) => scaled(bell(s * side, h, 38, 2, 13, 10) * smoothStep(s * side, 4, 18), 0, 2.6, 1.2);
  return sumOf(raise, lid(side, 0.05, 0.28));
}

function noseWrinkle(): Field {
  return (s, h) => {
    const wings = bell(Math.abs(s), h, 14, -12, 7, 8);
    const inner = bell(Math.abs(s), h, 9, brow.h - 4, 9, 7);
    return [0, 2.4 * wings - 1.6 * inner, 0.6 * wings];
  };
}

function nostrils(): Field {
  return (s, h) => scaled(bell(Math.abs(s), h, nose.alar - 2, -15, 5, 6), Math.sign(s) * 2, 0, 0.3);
}

function chin(dx: number, dy: number, dz: number): Field {
  return (s, h) => scaled(bell(s, h, 0, -84, 24, 13) * smoothStep(h, mouth.h - 12, -66), dx, dy, dz);
}

export function bothSides(make: (side: Side) => Field): Field {
  return sumOf(...sides.map(make));
}

function scaled(share: number, dx: number, dy: number, dz: number): [number, number, number] {
  return [share * dx, share * dy, share * dz];
}
