/** A picture in memory: RGB bytes, rows from the top. */
export interface Frame {
  readonly width: number;
  readonly height: number;
  readonly data: Uint8Array; // [height,width,3]
}

/** A square cut from a frame: centre and side in frame pixels, turned clockwise by `angle` radians. */
export interface Cut {
  readonly x: number;
  readonly y: number;
  readonly side: number;
  readonly angle: number;
}

/**
 * Samples a cut of a frame at size x size pixels, RGB 0..255, into `out`: bilinear, averaged over enough sub-pixels where
 * it shrinks; black outside the frame. Pixel i of the result has its centre at (i + 0.5) / size of the cut's side.
 */
export function sampleCut(frame: Frame, { x, y, side, angle }: Cut, size: number, out: Float32Array, at = 0): void {
  const pixel = side / size;
  const parts = Math.max(1, Math.min(6, Math.ceil(pixel)));
  const cos = Math.cos(angle) * pixel;
  const sin = Math.sin(angle) * pixel;
  const share = 1 / (parts * parts);
  let to = at;
  for (let row = 0; row < size; row++) {
    for (let column = 0; column < size; column++, to += 3) {
      out.fill(0, to, to + 3);
      for (let v = 0; v < parts; v++) {
        for (let u = 0; u < parts; u++) {
          const du = column + (u + 0.5) / parts - size / 2;
          const dv = row + (v + 0.5) / parts - size / 2;
          addBilinear(frame, x + cos * du - sin * dv - 0.5, y + sin * du + cos * dv - 0.5, share, out, to);
        }
      }
    }
  }
}

function addBilinear(
  { width, height, data }: Frame,
  x: number,
  y: number,
  share: number,
  out: Float32Array,
  to: number,
) {
  const column = Math.floor(x);
  const row = Math.floor(y);
  for (let j = 0; j < 2; j++) {
    const py = row + j;
    if (py < 0 || py >= height) continue;
    const wy = (j === 0 ? 1 - (y - row) : y - row) * share;
    for (let i = 0; i < 2; i++) {
      const px = column + i;
      if (px < 0 || px >= width) continue;
      const weight = wy * (i === 0 ? 1 - (x - column) : x - column);
      const from = 3 * (py * width + px);
      out[to] = out[to]! + weight * data[from]!;
      out[to + 1] = out[to + 1]! + weight * data[from + 1]!;
      out[to + 2] = out[to + 2]! + weight * data[from + 2]!;
    }
  }
}
