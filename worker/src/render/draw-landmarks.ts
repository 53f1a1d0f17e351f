import { toPixels } from './camera.js';

export type Colour = readonly [number, number, number];

export const green: Colour = [0, 1, 0];
export const red: Colour = [1, 0, 0];
const white: Colour = [1, 1, 1];

/** A polyline of the 68 points ends after each of these (model-facts §2.6). */
const lineEnds = new Set([16, 21, 26, 41, 47, 30, 35, 67]);

/** Draws points [L,>=2 (stride 3)] in [-1,1] as dots; the 68 also as white polylines. Changes `picture` [S,S,3]. */
export function drawLandmarks(picture: Float32Array, points: Float32Array, size: number, colour: Colour): void {
  const count = points.length / 3;
  const at = (index: number): [number, number] => [
    toPixels(points[index * 3]!, size) - 0.5,
    toPixels(points[index * 3 + 1]!, size) - 0.5,
  ];
  if (count === 68) {
    for (let index = 0; index < count - 1; index++) {
      if (!lineEnds.has(index)) drawLine(picture, at(index), at(index + 1), size);
    }
  }
  for (let index = 0; index < count; index++) drawDot(picture, at(index), size, colour);
}

function drawLine(picture: Float32Array, from: [number, number], to: [number, number], size: number): void {
  const steps = Math.ceil(Math.max(Math.abs(to[0] - from[0]), Math.abs(to[1] - from[1]), 1));
  for (let step = 0; step <= steps; step++) {
    const share = step / steps;
    setPixel(picture, from[0] + share * (to[0] - from[0]), from[1] + share * (to[1] - from[1]), size, white);
  }
}

function drawDot(picture: Float32Array, [x, y]: [number, number], size: number, colour: Colour): void {
  const radius = size >= 160 ? 1.5 : 0.6;
  for (let dy = -1; dy <= 1; dy++) {
    for (let dx = -1; dx <= 1; dx++) {
      if (Math.hypot(dx, dy) <= radius) setPixel(picture, x + dx, y + dy, size, colour);
    }
  }
}

function setPixel(picture: Float32Array, x: number, y: number, size: number, colour: Colour): void {
  const [column, row] = [Math.round(x), Math.round(y)];
  if (column < 0 || row < 0 || column >= size || row >= size) return;
  picture.set(colour, (row * size + column) * 3);
}
