/** Cells of a grid are this far apart and from the border. */
const padding = 2;

export interface Grid {
  readonly width: number;
  readonly height: number;
  /** RGB bytes, row by row. */
  readonly pixels: Uint8Array;
}

/** Joins rows of pictures [S,S,3] in 0..1 into one (model-facts §2.6): each row is one kind of picture, each column one sample. */
export function pictureGrid(rows: readonly (readonly Float32Array[])[], size: number): Grid {
  const columns = Math.max(...rows.map((row) => row.length));
  const width = columns * (size + padding) + padding;
  const height = rows.length * (size + padding) + padding;
  const pixels = new Uint8Array(width * height * 3);
  for (const [r, row] of rows.entries()) {
    for (const [c, picture] of row.entries()) {
      const left = padding + c * (size + padding);
      const top = padding + r * (size + padding);
      for (let y = 0; y < size; y++) {
        const line = picture.subarray(y * size * 3, (y + 1) * size * 3);
        const start = ((top + y) * width + left) * 3;
        for (let i = 0; i < line.length; i++) pixels[start + i] = Math.round(Math.min(1, Math.max(0, line[i]!)) * 255);
      }
    }
  }
  return { width, height, pixels };
}
