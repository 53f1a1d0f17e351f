import type { TextureModel } from '../types.js';
import { arrayOf, finiteAt, type LegacyArray, type LegacyDict } from './legacy-values.js';

const stored = 512;
const size = 256;
const components = 50;

/** FLAME_texture.npz: values 0..255, channels blue, green, red (model-facts §1.5). */
export function legacyFlameTexture(file: LegacyDict, path: string): TextureModel {
  const mean = arrayOf(file, 'mean', [stored, stored, 3], path);
  const directions = arrayOf(file, 'tex_dir', [stored, stored, 3, 200], path);
  return halved(mean, directions, 200, 1 / 255, path);
}

/** FLAME_albedo_from_BFM.npz: values 0..1 in the same order of channels (model-facts §1.5). */
export function legacyBfmTexture(file: LegacyDict, path: string): TextureModel {
  const values = stored * stored * 3;
  return halved(arrayOf(file, 'MU', [values], path), arrayOf(file, 'PC', [values, 199], path), 199, 1, path);
}

/** Every second row and column (torch's nearest), channels reversed to RGB, the first 50 directions. */
function halved(mean: LegacyArray, basis: LegacyArray, width: number, scale: number, path: string): TextureModel {
  const out = { mean: new Float32Array(size * size * 3), basis: new Float32Array(size * size * 3 * components) };
  for (let row = 0; row < size; row++) {
    for (let column = 0; column < size; column++) {
      for (let channel = 0; channel < 3; channel++) {
        const to = (row * size + column) * 3 + channel;
        const from = (row * 2 * stored + column * 2) * 3 + (2 - channel);
        out.mean[to] = finiteAt(mean, from, 'the mean texture', path) * scale;
        for (let k = 0; k < components; k++)
          out.basis[to * components + k] = finiteAt(basis, from * width + k, 'the texture basis', path) * scale;
      }
    }
  }
  return { size, ...out };
}
