import sharp from 'sharp';
import type { TextureModel } from '../assets/types.js';

/** The albedo of texture codes [50] as PNG, without light: mean + basis x code (model-facts §1.5). Row 0 is the top of the uv map. */
export async function faceTexture({ size, mean, basis }: TextureModel, tex: ArrayLike<number>): Promise<Uint8Array> {
  const count = tex.length;
  const pixels = Uint8Array.from(mean, (value, i) => {
    let sum = value;
    for (let k = 0; k < count; k++) sum += basis[i * count + k]! * tex[k]!;
    return Math.round(255 * Math.min(1, Math.max(0, sum)));
  });
  return sharp(pixels, { raw: { width: size, height: size, channels: 3 } })
    .png()
    .toBuffer();
}

/** The mean of rows of equal length; with no row, nothing is known and an empty one comes back. */
export function meanOf(rows: readonly Float32Array[]): Float32Array {
  return Float32Array.from(rows[0] ?? [], (_, i) => rows.reduce((sum, row) => sum + row[i]!, 0) / rows.length);
}
