import type { TextureModel } from '../types.js';
import { randomStream } from './random.js';

/**
 * Face-like pictures [count, size, size, 3] in 0..1 without any data set: pieces of the albedo map, which shows the face from
 * the front, in varied place, scale and light.
 */
export function ownPictures(texture: TextureModel, count: number, size: number, seed: number): Float32Array {
  const random = randomStream(seed, 'own-pictures');
  const out = new Float32Array(count * size * size * 3);
  for (let n = 0; n < count; n += 1) {
    const scale = 0.45 + 0.3 * random();
    const left = 0.5 - scale / 2 + 0.16 * (random() - 0.5);
    const top = 0.42 - scale / 2 + 0.16 * (random() - 0.5);
    const light = 0.6 + 0.6 * random();
    const lean = random() - 0.5;
    for (let row = 0; row < size; row += 1) {
      const y = at(top + (scale * row) / size, texture.size);
      for (let column = 0; column < size; column += 1) {
        const from = (y * texture.size + at(left + (scale * column) / size, texture.size)) * 3;
        const to = ((n * size + row) * size + column) * 3;
        const shade = light * (1 + lean * (column / size - 0.5));
        for (let c = 0; c < 3; c += 1) out[to + c] = Math.min(1, texture.mean[from + c]! * shade);
      }
    }
  }
  return out;
}

const at = (share: number, size: number): number => Math.min(size - 1, Math.max(0, Math.floor(share * size)));
