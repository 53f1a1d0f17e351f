import sharp from 'sharp';
import { denseIndices } from '../assets/standin/dense-indices.js';
import { decodeSample } from './decode-sample.js';
import type { DatasetManifest } from './types.js';

/** RGB of mask values 0, 1, 2, laid over the picture. */
const tints: readonly (readonly [number, number, number])[] = [
  [0, 0, 40],
  [70, 70, 0],
  [90, 0, 60],
];
const columns = 6;
const mostPictures = 24;

/** Draws pictures from all over a data set, with the 68 (green) and 105 (red) points and the mask values, into a PNG. */
export async function drawContactSheet(root: string, manifest: DatasetManifest, file: string): Promise<number> {
  const centres = manifest.sequences.flatMap(({ id, frames }) =>
    frames.slice(1, -1).map((_, i) => ({ id, stems: frames.slice(i, i + 3) })),
  );
  const count = Math.min(mostPictures, centres.length);
  const chosen = Array.from({ length: count }, (_, i) => centres[Math.floor((i * centres.length) / count)]!);
  const size = manifest.imageSize;
  const cell = Math.max(size, 224);
  const tiles: { input: Buffer; left: number; top: number }[] = [];
  for (const [i, { id, stems }] of chosen.entries()) {
    const sample = await decodeSample({ root, sequence: id, stems, imageSize: size, denseIndices, useMask: true });
    const pixels = sample.image.slice(size * size * 3, 2 * size * size * 3);
    const mask = sample.mask.subarray(size * size, 2 * size * size);
    for (let p = 0; p < pixels.length; p++)
      pixels[p] = Math.min(255, 0.8 * pixels[p]! + tints[mask[Math.floor(p / 3)]!]![p % 3]!);
    const picture = sharp(pixels, { raw: { width: size, height: size, channels: 3 } }).resize(cell, cell);
    const dots = [
      ...circles(sample.landmarkDense.subarray(105 * 3, 2 * 105 * 3), cell, 'red', 0.9),
      ...circles(sample.landmark.subarray(68 * 3, 2 * 68 * 3), cell, 'lime', 1.2),
    ];
    const svg = `<svg xmlns="http://www.w3.org/2000/svg" width="${cell}" height="${cell}">${dots.join('')}</svg>`;
    const input = await picture
      .png()
      .toBuffer()
      .then((png) =>
        sharp(png)
          .composite([{ input: Buffer.from(svg) }])
          .png()
          .toBuffer(),
      );
    tiles.push({ input, left: (i % columns) * cell, top: Math.floor(i / columns) * cell });
  }
  const width = cell * Math.min(columns, Math.max(1, count));
  const height = cell * Math.max(1, Math.ceil(count / columns));
  await sharp({ create: { width, height, channels: 3, background: 'black' } })
    .composite(tiles)
    .png()
    .toFile(file);
  return count;
}

function circles(points: Float32Array, cell: number, colour: string, radius: number): string[] {
  return Array.from({ length: points.length / 3 }, (_, i) => {
    const x = ((points[3 * i]! + 1) * cell) / 2;
    const y = ((points[3 * i + 1]! + 1) * cell) / 2;
    return `<circle cx="${x.toFixed(2)}" cy="${y.toFixed(2)}" r="${radius}" fill="${colour}"/>`;
  });
}
