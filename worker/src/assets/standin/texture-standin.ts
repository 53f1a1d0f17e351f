import type { TextureModel, UvMasks } from '../types.js';
import type { ChartPoint } from './feature-curves.js';
import { type Colour, eyeColour, mottling, skinColour } from './paint.js';
import { regions } from './regions.js';
import { type Texel, textureTints } from './texture-tints.js';
import { uvToChart, uvToEyeball } from './uv-layout.js';

const size = 256;
export const textureCount = 50;

/** Mean albedo [256,256,3] and 50 components [256,256,3,50], RGB 0..1; row 0 is v = 1. */
export function standinTexture(seed: number): TextureModel {
  const tints = textureTints(seed, textureCount);
  const mottle = mottling(seed);
  const mean = new Float32Array(size * size * 3);
  const basis = new Float32Array(size * size * 3 * textureCount);
  eachTexel((index, texel) => {
    const colour = colourOf(texel, mottle);
    for (let c = 0; c < 3; c += 1) mean[index * 3 + c] = Math.min(1, Math.max(0, colour[c]!));
    for (const [k, tint] of tints.entries()) {
      const change = tint(texel, colour);
      for (let c = 0; c < 3; c += 1) basis[(index * 3 + c) * textureCount + k] = change[c]!;
    }
  });
  return { size, mean, basis };
}

/** 1 on the face (without and with the eyeballs), 0 elsewhere, as FLAME's uv masks. */
export function standinUvMasks(): UvMasks {
  const face = new Float32Array(size * size);
  const faceEye = new Float32Array(size * size);
  eachTexel((index, { chart, eyeball }) => {
    if (chart) face[index] = regions.face(chart[0], chart[1]);
    faceEye[index] = eyeball ? 1 : face[index]!;
  });
  return { size, face, faceEye };
}

function eachTexel(visit: (index: number, texel: Texel) => void): void {
  for (let row = 0; row < size; row += 1) {
    for (let column = 0; column < size; column += 1) {
      const u = (column + 0.5) / size;
      const v = 1 - (row + 0.5) / size;
      const chart: ChartPoint | undefined = uvToChart(u, v);
      visit(row * size + column, { u, v, chart, eyeball: chart ? undefined : uvToEyeball(u, v) });
    }
  }
}

function colourOf(texel: Texel, mottle: (s: number, h: number) => number): Colour {
  if (texel.chart) return skinColour(texel.chart[0], texel.chart[1], mottle);
  if (texel.eyeball) return eyeColour(texel.eyeball.polar, texel.eyeball.angle);
  return [0.5, 0.4, 0.35];
}
