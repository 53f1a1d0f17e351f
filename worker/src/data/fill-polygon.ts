/** Corners of a polygon one after the other: x0, y0, x1, y1, ... in [-1,1] over the picture, y down. */
export type Polygon = ArrayLike<number>;

/**
 * Sets the pixels whose centres lie inside a polygon (even-odd rule) to `value`, in a map [size,size]; pixel (i, j) has its
 * centre at (-1 + (2i+1)/size, -1 + (2j+1)/size).
 */
export function fillPolygon(map: Uint8Array, size: number, polygon: Polygon, value: number): void {
  for (let row = 0; row < size; row++) {
    const y = -1 + (2 * row + 1) / size;
    const crossings = crossingsAt(polygon, y);
    for (let i = 0; i + 1 < crossings.length; i += 2) {
      const from = Math.max(0, Math.ceil(((crossings[i]! + 1) * size - 1) / 2));
      const to = Math.min(size - 1, Math.floor(((crossings[i + 1]! + 1) * size - 1) / 2));
      if (to >= from) map.fill(value, row * size + from, row * size + to + 1);
    }
  }
}

function crossingsAt(polygon: Polygon, y: number): number[] {
  const found: number[] = [];
  const corners = polygon.length / 2;
  for (let i = 0; i < corners; i++) {
    const j = (i + 1) % corners;
    const y0 = polygon[2 * i + 1]!;
    const y1 = polygon[2 * j + 1]!;
    if (y0 <= y === y1 <= y) continue;
    const x0 = polygon[2 * i]!;
    found.push(x0 + ((y - y0) / (y1 - y0)) * (polygon[2 * j]! - x0));
  }
  return found.sort((a, b) => a - b);
}
