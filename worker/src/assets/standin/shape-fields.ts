import { brow, eye, mouth, nose } from './anatomy.js';
import { browEdge, mouthLine } from './feature-curves.js';
import { bell, smoothStep } from './scalar-fields.js';
import { closeMouth } from './surface.js';
import type { Field } from './vertex-field.js';

/** Shape directions with a meaning, in order; a code of 1 is about one standard deviation between adults. */
export const shapeFields: readonly (readonly [string, Field])[] = [
  ['size', (_s, _h, [x, y, z]) => [0.04 * x, 0.04 * (y - eye.h), 0.04 * z]],
  ['face-width', (s, h, [x]) => [0.05 * x * faceShare(s, h), 0, 0]],
  ['face-height', (s, h, [, y]) => [0, 0.045 * (y - eye.h) * faceShare(s, h), 0]],
  ['face-depth', (s, h, [, , z]) => [0, 0, 0.06 * z * faceShare(s, h)]],
  ['jaw-width', (_s, h, [x]) => [0.08 * x * smoothStep(h, -15, -65), 0, 0]],
  ['chin-length', (s, h) => [0, -4.5 * smoothStep(h, -55, -92) * faceShare(s, h), 0]],
  ['nose-length', (s, h) => [0, -3 * bell(s, h, 0, nose.tip - 6, 17, 11), 0]],
  ['nose-depth', (s, h) => [0, 0, 3.2 * bell(s, h, 0, nose.tip, 9, 13)]],
  ['nose-width', (s, h) => [Math.sign(s) * 2 * bell(Math.abs(s), h, 14, -14, 7, 9), 0, 0]],
  ['mouth-width', (s, h) => [(2.6 * s * bell(s, h, 0, mouth.h, 26, 14)) / 20, 0, 0]],
  ['mouth-height', (s, h) => [0, 2.8 * bell(s, h, 0, mouth.h, 26, 11), 0]],
  ['eye-distance', (s, h) => [2.2 * odd(s) * bell(Math.abs(s), h, eye.s, eye.h + 8, 20, 17), 0, 0]],
  ['eye-height', (s, h) => [0, 2.4 * bell(Math.abs(s), h, eye.s, eye.h + 2, 20, 11), 0]],
  ['eye-opening', (s, h) => [0, 1.1 * Math.sign(h - eye.h - 0.5) * lidShare(s, h), 0]],
  ['eye-width', (s, h) => [eyeOut(s) * 0.09 * bell(Math.abs(s), h, eye.s, eye.h, 15, 9), 0, 0]],
  ['brow-height', (s, h) => [0, 3 * browShare(s, h), 0.4 * browShare(s, h)]],
  ['brow-inner', (s, h) => [-2.4 * odd(s) * bell(Math.abs(s), h, 14, brow.h, 12, 8), 0, 0]],
  ['brow-tilt', (s, h) => [0, 0.09 * (Math.abs(s) - 30) * browShare(s, h), 0]],
  ['upper-lip-height', (s, h) => [0, 1.5 * lipEdge(s, h, 1, mouth.upper), 0]],
  ['lower-lip-height', (s, h) => [0, -1.6 * lipEdge(s, h, -1, mouth.lower), 0]],
  ['lips-forward', (s, h) => [0, 0, 2.4 * bell(s, h, 0, mouth.h, 22, 12)]],
  [
    'cheekbones',
    (s, h) => [odd(s) * 2.2 * bell(Math.abs(s), h, 58, 2, 18, 15), 0, 1.4 * bell(Math.abs(s), h, 48, 0, 16, 13)],
  ],
  [
    'cheeks',
    (s, h) => [odd(s) * 3 * bell(Math.abs(s), h, 62, -34, 22, 22), 0, 1.6 * bell(Math.abs(s), h, 50, -32, 18, 18)],
  ],
  ['forehead', (s, h) => [0, 0, 3 * bell(s, h, 0, 68, 50, 26)]],
  ['chin-depth', (s, h) => [0, 0, 3.4 * bell(s, h, 0, -84, 24, 16)]],
  ['jaw-angle', (s, h) => [0, 4 * bell(Math.abs(s), h, 82, -55, 22, 20), 0]],
  ['eye-slant', (s, h) => [0, eyeOut(s) * 0.1 * bell(Math.abs(s), h, eye.s, eye.h, 17, 10), 0]],
  ['mouth-curve', (s, h) => [0, 2.2 * ((Math.abs(s) / mouth.outer) ** 2 - 0.35) * bell(s, h, 0, mouth.h, 26, 10), 0]],
  ['philtrum', (s, h) => [0, -1.8 * bell(s, h, 0, -30, 20, 7), 0]],
  ['chin-aside', (s, h) => [3 * smoothStep(h, -30, -90) * faceShare(s, h), 0, 0]],
  ['nose-aside', (s, h) => [1.8 * bell(s, h, 0, nose.tip, 15, 14), 0, 0]],
  ['mouth-aside', (s, h) => [2.2 * bell(s, h, 0, mouth.h, 26, 13), 0, 0]],
  ['mouth-tilt', (s, h) => [0, (2 * s * bell(s, h, 0, mouth.h, 26, 12)) / 26, 0]],
  ['eyes-tilt', (s, h) => [0, 1.6 * odd(s) * bell(Math.abs(s), h, eye.s, eye.h + 4, 20, 15), 0]],
  ['brows-tilt', (s, h) => [0, 1.8 * odd(s) * browShare(s, h), 0]],
  ['ears-depth', (s, h) => [0, 0, 7 * bell(Math.abs(s), h, 104, -10, 26, 40)]],
  ['bridge-depth', (s, h) => [0, 0, 2.2 * bell(s, h, 0, nose.nasion, 11, 15)]],
  ['nose-base', (s, h) => [0, 2 * bell(Math.abs(s), h, 12, -19, 9, 5), 0]],
];

/** -1..1 across the midline without a jump. */
const odd = (s: number): number => Math.tanh(s / 6);

function faceShare(s: number, h: number): number {
  return (1 - smoothStep(Math.abs(s), 100, 150)) * smoothStep(h, -135, -105) * (1 - smoothStep(h, 60, 120));
}

const eyeOut = (s: number): number => odd(s) * (Math.abs(s) - eye.s);

function lidShare(s: number, h: number): number {
  return (1 - smoothStep(Math.abs(Math.abs(s) - eye.s), 8, 15)) * (1 - smoothStep(Math.abs(h - eye.h), 7, 15));
}

function browShare(s: number, h: number): number {
  const across = (1 - smoothStep(Math.abs(s), 50, 70)) * smoothStep(h, eye.h + 8, brow.h - 3);
  const [, middle] = browEdge(1, 0.5, true);
  return across * (1 - smoothStep(h, middle, middle + 26));
}

/** 1 at the outer edge of a lip's red, 0 at the slit and away from the mouth. */
function lipEdge(s: number, h: number, sign: 1 | -1, height: number): number {
  const away = sign * (closeMouth(s, h) - mouthLine(s));
  return (
    smoothStep(away, 0.3, height) *
    (1 - smoothStep(away, height + 1, height + 10)) *
    (1 - smoothStep(Math.abs(s), 10, 27))
  );
}
