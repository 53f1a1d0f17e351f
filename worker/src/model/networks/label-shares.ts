import type { LabelShares } from './label-directions.js';

/** Shares of labels 1..9 in the cells of a height x width grid over label maps [count,size,size] (model-facts §6.3). */
export function labelShares(maps: Uint8Array, size: number, height: number, width: number): LabelShares {
  const labels = 9;
  const count = maps.length / (size * size);
  const data = new Float32Array(count * height * width * labels);
  const cell = (size * size) / (height * width);
  for (let p = 0; p < maps.length; p++) {
    const label = maps[p]!;
    if (label < 1 || label > labels) continue;
    const picture = Math.floor(p / (size * size));
    const row = Math.floor(((Math.floor(p / size) % size) * height) / size);
    const column = Math.floor(((p % size) * width) / size);
    const at = ((picture * height + row) * width + column) * labels + label - 1;
    data[at] = data[at]! + 1 / cell;
  }
  return { data, labels };
}
