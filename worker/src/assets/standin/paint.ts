import { eye } from './anatomy.js';
import { randomStream } from './random.js';
import { regions } from './regions.js';
import { bell, lerp, smoothStep } from './scalar-fields.js';

export type Colour = [number, number, number];

export const colours = {
  skin: [0.77, 0.59, 0.5],
  warm: [0.8, 0.5, 0.43],
  lips: [0.66, 0.38, 0.37],
  inside: [0.2, 0.08, 0.08],
  hair: [0.2, 0.145, 0.115],
  dark: [0.24, 0.14, 0.12],
  sclera: [0.86, 0.84, 0.82],
  iris: [0.33, 0.25, 0.18],
  pupil: [0.05, 0.045, 0.045],
} as const satisfies Record<string, Colour>;

/** Albedo of the skin (and of the pocket behind the lips) at a chart point, RGB 0..1. */
export function skinColour(s: number, h: number, mottle: (s: number, h: number) => number): Colour {
  const colour: Colour = [...colours.skin];
  blend(colour, colours.warm, 0.45 * regions.cheeks(s, h));
  blend(colour, colours.warm, 0.35 * bell(s, h, 0, -10, 11, 9));
  blend(colour, colours.dark, 0.22 * regions.underEyes(s, h));
  blend(colour, colours.dark, 0.3 * bell(Math.abs(s), h, eye.s - 11, eye.h + 6, 7, 5));
  blend(colour, colours.dark, 0.22 * bell(s, h, 0, -62, 14, 3));
  blend(colour, colours.dark, 0.16 * regions.beard(s, h));
  blend(colour, colours.dark, 0.3 * smoothStep(h, -92, -112));
  scale(colour, 1 + 0.035 * mottle(s, h));
  blend(colour, colours.hair, 0.93 * regions.hair(s, h));
  blend(colour, colours.lips, 0.95 * regions.lips(s, h));
  blend(colour, colours.hair, 0.85 * regions.brows(s, h) * (0.9 + 0.1 * Math.sin(2.3 * s + h)));
  blend(colour, colours.dark, 0.8 * regions.lashes(s, h));
  blend(colour, colours.dark, 0.85 * regions.nostrils(s, h));
  blend(colour, colours.inside, regions.mouthInside(s, h));
  return colour;
}

/** Albedo of an eyeball at a distance from the pupil (1 = back) and an angle. */
export function eyeColour(polar: number, angle: number): Colour {
  // The eyeball is wider than high: this keeps the iris round.
  const reach = polar * Math.hypot(Math.cos(angle) * 1.2, Math.sin(angle) * 0.92);
  const colour: Colour = [...colours.sclera];
  blend(colour, colours.warm, 0.5 * smoothStep(reach, 0.25, 0.42));
  const fibres = 0.85 + 0.15 * Math.sin(angle * 23) * Math.sin(angle * 7 + 1);
  const iris: Colour = [colours.iris[0] * fibres, colours.iris[1] * fibres, colours.iris[2] * fibres];
  blend(colour, iris, smoothStep(reach, 0.15, 0.135));
  blend(colour, colours.pupil, 0.7 * smoothStep(reach, 0.115, 0.135) * smoothStep(reach, 0.155, 0.14));
  blend(colour, colours.pupil, smoothStep(reach, 0.062, 0.052));
  return colour;
}

/** Smooth seeded spots of about -1..1 for the skin's unevenness. */
export function mottling(seed: number): (s: number, h: number) => number {
  const random = randomStream(seed, 'mottle');
  const waves = Array.from({ length: 14 }, () => ({
    s: (random() - 0.5) * 0.5,
    h: (random() - 0.5) * 0.5,
    phase: random() * 2 * Math.PI,
  }));
  return (s, h) => waves.reduce((sum, wave) => sum + Math.cos(wave.s * s + wave.h * h + wave.phase), 0) / 4;
}

function blend(colour: Colour, other: Readonly<Colour>, share: number): void {
  for (let c = 0; c < 3; c += 1) colour[c] = lerp(colour[c]!, other[c]!, share);
}

function scale(colour: Colour, factor: number): void {
  for (let c = 0; c < 3; c += 1) colour[c]! *= factor;
}
