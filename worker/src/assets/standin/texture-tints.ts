import type { ChartPoint } from './feature-curves.js';
import type { Colour } from './paint.js';
import { normalStream, randomStream } from './random.js';
import { regions } from './regions.js';
import { bell } from './scalar-fields.js';

export interface Texel {
  readonly u: number;
  readonly v: number;
  readonly chart: ChartPoint | undefined;
  readonly eyeball: { side: -1 | 1; polar: number; angle: number } | undefined;
}

/** Change of a texel's colour for a code of 1. */
export type Tint = (texel: Texel, colour: Colour) => Colour;

type Region = (s: number, h: number) => number;

const meaningful: readonly Tint[] = [
  (_texel, [r, g, b]) => [0.12 * r, 0.12 * g, 0.12 * b], // light or dark
  (_texel, [r, g, b]) => [0.06 * r, -0.01 * g, -0.1 * b], // warm or cold
  (_texel, [r, g, b]) => saturate(r, g, b, 0.25),
  onSkin(regions.brows, [-0.12, -0.1, -0.09]),
  onSkin(regions.lips, [0.07, -0.04, -0.03]),
  onSkin(regions.lips, [0.08, 0.07, 0.07]),
  onSkin(regions.beard, [-0.12, -0.11, -0.1]),
  onSkin(regions.hair, [0.12, 0.1, 0.08]),
  onSkin(regions.cheeks, [0.06, -0.03, -0.03]),
  ({ eyeball }) => (eyeball && eyeball.polar < 0.16 ? [-0.08, 0.06, 0.16] : [0, 0, 0]),
  onSkin(regions.underEyes, [-0.07, -0.07, -0.05]),
  ({ u }) => grey(0.12 * Math.tanh((u - 0.5) * 4)),
  ({ v }) => grey(0.12 * Math.tanh((v - 0.55) * 4)),
  onSkin((s, h) => bell(s, h, 0, 0, 9, 22), [0.07, 0.065, 0.06]),
  ({ eyeball }) => (eyeball && eyeball.polar > 0.14 ? grey(0.1) : [0, 0, 0]),
  onSkin(regions.mouthInside, [0.2, 0.2, 0.18]),
  onSkin((s, h) => bell(s, h, 0, -29, 18, 4), [-0.08, -0.08, -0.07]),
  onSkin(regions.lashes, [-0.08, -0.07, -0.06]),
  onSkin((s, h) => bell(s, h, 0, 62, 45, 18), [0.06, 0.05, 0.05]),
  onSkin((s, h) => bell(Math.abs(s), h, 26, -24, 5, 12), [-0.06, -0.06, -0.05]),
];

/** The texture directions: the meaningful ones, then seeded slow waves over the face of falling size. */
export function textureTints(seed: number, count: number): Tint[] {
  const uniform = randomStream(seed, 'texture');
  const normal = normalStream(uniform);
  const tints: Tint[] = [...meaningful];
  for (let k = meaningful.length; k < count; k += 1) {
    const size = 0.06 * 0.96 ** (k - meaningful.length);
    const fu = normal() * 2.5;
    const fv = normal() * 2.5;
    const phase = uniform() * 2 * Math.PI;
    const hue: Colour = [1 + 0.35 * normal(), 1 + 0.35 * normal(), 1 + 0.35 * normal()];
    tints.push(({ u, v }, colour) => {
      const wave = size * Math.cos(2 * Math.PI * (fu * (u - 0.5) + fv * (v - 0.55)) + phase);
      return [wave * hue[0] * colour[0] * 1.5, wave * hue[1] * colour[1] * 1.5, wave * hue[2] * colour[2] * 1.5];
    });
  }
  return tints;
}

function onSkin(region: Region, change: Colour): Tint {
  return ({ chart }) => {
    const share = chart ? region(chart[0], chart[1]) : 0;
    return [share * change[0], share * change[1], share * change[2]];
  };
}

const grey = (value: number): Colour => [value, value, value];

function saturate(r: number, g: number, b: number, amount: number): Colour {
  const mean = (r + g + b) / 3;
  return [amount * (r - mean), amount * (g - mean), amount * (b - mean)];
}
