import type { TextureModel } from '../types.js';
import { arrayOf, floatsOf, type LegacyDict } from './legacy-values.js';

const stored = 512;
const size = 256;
const components = 50;

/** FLAME_texture.npz: values 0..255, channels blue, green, red (model-facts §1.5). */
export function legacyFlameTexture(file: LegacyDict, path: string): TextureModel {
  const mean = floatsOf(arrayOf(file, 'mean', [stored, stored, 3], path), 'mean', path);
  const directions = floatsOf(arrayOf(file, 'tex_dir', [stored, stored, 3, 200], path), 'tex_dir', path);
  return halved(mean, directions, 200, 1 / 255);
}

/** FLAME_albedo_from_BFM.npz: values 0..1 in the same order of channels (model-facts §1.5). */
export function legacyBfmTexture(file: LegacyDict, path: string): TextureModel {
  const values = stored * stored * 3;
  const mean = arrayOf(file, 'MU', [values], path);
  const directions = arrayOf(file, 'PC', [values, 199], path);
  return halved(floatsOf(mean, 'MU', path), floatsOf(directions, 'PC', path), 199, 1);
}

/** Every second row and column (torch's nearest), channels reversed to RGB, the first 50 directions. */
function halved(mean: Float32Array, directions: Float32Array, width: number, scale: number): TextureModel {
  const out = { mean: new Float32Array(size * size * 3), basis: new Float32Array(size * size * 3 * components) };
  for (let row = 0; row < size; row++) {
    for (let column = 0; column < size; column++) {
      for (let channel = 0; channel < 3; channel++) {
        const to = (row * size + column) * 3 + channel;
        const from = (row * 2 * stored + column * 2) * 3 + (2 - channel);
        out.mean[to] = mean[from]! * scale;
        for (let k = 0; k < components; k++) out.basis[to * components + k] = directions[from * width + k]! * scale;
      }
    }
  }
  return { size, ...out };
}
